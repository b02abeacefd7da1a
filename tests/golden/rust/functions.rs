use std::collections::{BTreeMap, HashMap, HashSet};
pub const LIMIT: i32 = 10;
pub type Pairs = Vec<(String, i32)>;
pub fn add(a: i32, b: i32) -> i32 {
    a + b
}
pub fn longest<'a>(a: &'a str, b: &'a str) -> &'a str {
    if a.len() >= b.len() {
        a
    } else {
        b
    }
}
pub fn double_all(items: &mut Vec<i64>) -> usize {
    items.iter_mut().for_each(|x| *x *= 2);
    items.push(0);
    items.len()
}
pub fn sort_slice(items: &mut [u8]) {
    items.sort();
}
pub fn bump(n: &mut i32) {
    *n += 1;
}
pub fn count(words: &[&str]) -> HashMap<String, usize> {
    let mut all = HashMap::new();
    for word in words {
        *all.entry(word.to_string()).or_insert(0) += 1;
    }
    all
}
pub fn ordered(map: BTreeMap<char, Vec<Option<bool>>>) -> Pairs {
    map.into_iter()
        .map(|(key, value)| (key.to_string(), value.len() as i32))
        .collect()
}
pub fn unique(items: Vec<u64>) -> HashSet<u64> {
    items.into_iter().collect()
}
pub fn parse(text: &str) -> Result<i32, std::num::ParseIntError> {
    text.trim().parse::<i32>()
}
pub fn checked(text: &str) -> Result<f64, Box<dyn std::error::Error>> {
    Ok(text.parse::<f64>()?)
}
pub fn divide(a: i32, b: i32) -> Result<i32, String> {
    if b == 0 {
        return Err(format!("{} by zero", a));
    }
    Ok(a / b)
}
pub fn grid(n: usize) -> [[u8; 2]; 2] {
    [[n as u8; 2]; 2]
}
pub fn index(items: &[i32], at: usize) -> i32 {
    items[at]
}
fn private(x: u128) -> u128 {
    x + 1
}
pub fn apply(f: impl Fn(i32) -> i32, times: u32) -> i32 {
    (0..times).fold(1, |x, _| f(x))
}
pub fn each<F: FnMut(&str)>(words: &[String], mut f: F) {
    for word in words {
        f(word);
    }
}
pub fn adder(n: i32) -> impl Fn(i32) -> i32 {
    move |x| x + n
}
pub fn boxed(n: i32) -> Box<dyn Fn(i32) -> i32> {
    Box::new(move |x| x * n)
}
pub fn evens(n: u32) -> impl Iterator<Item = u32> {
    (0..n).filter(|x| x % 2 == 0)
}
pub fn largest<T: PartialOrd + Copy>(items: &[T]) -> Option<T> {
    let mut best = *items.first()?;
    for item in items {
        if *item > best {
            best = *item;
        }
    }
    Some(best)
}
pub fn total<T>(items: &[T]) -> T
where
    T: Copy + std::iter::Sum<T> + std::ops::Add<Output = T>,
{
    items.iter().copied().sum()
}
pub fn shout<S: AsRef<str>>(text: S) -> String {
    text.as_ref().to_uppercase()
}
pub fn greet(name: impl Into<String>) -> String {
    format!("hi {}", name.into())
}
pub fn sum_of(items: impl IntoIterator<Item = i32>) -> i32 {
    items.into_iter().sum()
}
