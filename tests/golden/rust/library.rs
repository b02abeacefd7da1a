// An honest candidate of many shapes; see tests/integration/languages/test_rust.py.
use std::cell::{Cell, RefCell};
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet, VecDeque};
use std::fmt::{self, Display};
use std::rc::{Rc, Weak};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    Low = 1,
    Mid = 5,
    High = 10,
}
impl Level {
    pub fn parse(s: &str) -> Option<Level> {
        match s {
            "low" => Some(Level::Low),
            "high" => Some(Self::High),
            _ => None,
        }
    }
}
impl TryFrom<i32> for Level {
    type Error = String;
    fn try_from(n: i32) -> Result<Self, Self::Error> {
        match n {
            1 => Ok(Level::Low),
            5 => Ok(Level::Mid),
            10 => Ok(Level::High),
            _ => Err(format!("no level {}", n)),
        }
    }
}

#[derive(Debug)]
pub enum BankError {
    Insufficient { needed: u64, available: u64 },
    NotFound(String),
}
impl Display for BankError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Insufficient { needed, available } => write!(f, "need {} have {}", needed, available),
            Self::NotFound(n) => write!(f, "no {}", n),
        }
    }
}
impl std::error::Error for BankError {}
impl PartialEq for BankError {
    fn eq(&self, o: &Self) -> bool {
        match (self, o) {
            (Self::NotFound(a), Self::NotFound(b)) => a == b,
            (Self::Insufficient { needed: a, .. }, Self::Insufficient { needed: b, .. }) => a == b,
            _ => false,
        }
    }
}

#[derive(Default, Debug)]
pub struct Account {
    balance: u64,
    history: Vec<(String, u64)>,
}
impl Account {
    pub fn with_balance(balance: u64) -> Self {
        Self {
            balance,
            ..Default::default()
        }
    }
    pub fn balance(&self) -> u64 {
        self.balance
    }
    pub fn withdraw(&mut self, amount: u64) -> Result<u64, BankError> {
        if amount > self.balance {
            return Err(BankError::Insufficient {
                needed: amount,
                available: self.balance,
            });
        }
        self.balance -= amount;
        self.history.push(("w".into(), amount));
        Ok(self.balance)
    }
    pub fn history(&self) -> &[(String, u64)] {
        &self.history
    }
    pub fn transfer(from: &mut Account, to: &mut Account, n: u64) -> Result<(), BankError> {
        from.withdraw(n)?;
        to.balance += n;
        Ok(())
    }
}

pub struct LruCache {
    cap: usize,
    map: HashMap<i32, i32>,
    order: VecDeque<i32>,
}
impl LruCache {
    pub fn new(cap: usize) -> Self {
        LruCache {
            cap,
            map: HashMap::new(),
            order: VecDeque::new(),
        }
    }
    pub fn get(&mut self, k: i32) -> Option<i32> {
        if let Some(&v) = self.map.get(&k) {
            self.order.retain(|&x| x != k);
            self.order.push_back(k);
            Some(v)
        } else {
            None
        }
    }
    pub fn put(&mut self, k: i32, v: i32) {
        if !self.map.contains_key(&k) && self.map.len() == self.cap {
            let o = self.order.pop_front().unwrap();
            self.map.remove(&o);
        }
        self.order.retain(|&x| x != k);
        self.order.push_back(k);
        self.map.insert(k, v);
    }
}

#[derive(Debug)]
pub struct TreeNode {
    pub val: i32,
    pub left: Option<Rc<RefCell<TreeNode>>>,
    pub right: Option<Rc<RefCell<TreeNode>>>,
}
#[derive(Debug, Default)]
pub struct Bst<K: Ord, V> {
    root: Option<Box<BstNode<K, V>>>,
    len: usize,
}
#[derive(Debug)]
struct BstNode<K: Ord, V> {
    key: K,
    value: V,
    left: Option<Box<BstNode<K, V>>>,
    right: Option<Box<BstNode<K, V>>>,
}
impl<K: Ord, V> Bst<K, V> {
    pub fn new() -> Self {
        Bst { root: None, len: 0 }
    }
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let mut at = &mut self.root;
        while let Some(node) = at {
            match key.cmp(&node.key) {
                Ordering::Less => at = &mut node.left,
                Ordering::Greater => at = &mut node.right,
                Ordering::Equal => return Some(std::mem::replace(&mut node.value, value)),
            }
        }
        *at = Some(Box::new(BstNode {
            key,
            value,
            left: None,
            right: None,
        }));
        self.len += 1;
        None
    }
    pub fn get(&self, key: &K) -> Option<&V> {
        let mut at = &self.root;
        while let Some(n) = at {
            match key.cmp(&n.key) {
                Ordering::Less => at = &n.left,
                Ordering::Greater => at = &n.right,
                Ordering::Equal => return Some(&n.value),
            }
        }
        None
    }
    pub fn len(&self) -> usize {
        self.len
    }
    pub fn keys(&self) -> Vec<&K> {
        fn go<'a, K: Ord, V>(n: &'a Option<Box<BstNode<K, V>>>, out: &mut Vec<&'a K>) {
            if let Some(n) = n {
                go(&n.left, out);
                out.push(&n.key);
                go(&n.right, out);
            }
        }
        let mut out = vec![];
        go(&self.root, &mut out);
        out
    }
}
pub struct Matrix<const R: usize, const C: usize> {
    data: [[f64; C]; R],
}
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    rows: usize,
    cols: usize,
    data: Vec<f64>,
}
impl Grid {
    pub fn new(rows: usize, cols: usize) -> Self {
        Grid {
            rows,
            cols,
            data: vec![0.0; rows * cols],
        }
    }
    pub fn from_vec(rows: usize, cols: usize, data: Vec<f64>) -> Result<Self, String> {
        if data.len() != rows * cols {
            Err("size".to_owned())
        } else {
            Ok(Grid { rows, cols, data })
        }
    }
    pub fn get(&self, r: usize, c: usize) -> Option<f64> {
        self.data.get(r * self.cols + c).copied()
    }
    pub fn set(&mut self, r: usize, c: usize, v: f64) {
        self.data[r * self.cols + c] = v;
    }
    pub fn transpose(&self) -> Grid {
        let mut g = Grid::new(self.cols, self.rows);
        for r in 0..self.rows {
            for c in 0..self.cols {
                g.set(c, r, self.get(r, c).unwrap());
            }
        }
        g
    }
}
impl std::ops::Mul for &Grid {
    type Output = Grid;
    fn mul(self, o: &Grid) -> Grid {
        let mut g = Grid::new(self.rows, o.cols);
        for r in 0..self.rows {
            for c in 0..o.cols {
                let mut s = 0.0;
                for k in 0..self.cols {
                    s += self.get(r, k).unwrap() * o.get(k, c).unwrap();
                }
                g.set(r, c, s);
            }
        }
        g
    }
}
impl std::ops::AddAssign<f64> for Grid {
    fn add_assign(&mut self, k: f64) {
        for x in &mut self.data {
            *x += k;
        }
    }
}

pub struct Counter {
    count: Cell<u32>,
}
impl Counter {
    pub const fn new() -> Self {
        Counter { count: Cell::new(0) }
    }
    pub fn tick(&self) -> u32 {
        self.count.set(self.count.get() + 1);
        self.count.get()
    }
}

pub struct EventBus {
    handlers: Vec<Box<dyn Fn(&str) -> bool>>,
}
impl EventBus {
    pub fn new() -> Self {
        EventBus { handlers: Vec::new() }
    }
    pub fn on(&mut self, f: Box<dyn Fn(&str) -> bool>) {
        self.handlers.push(f);
    }
    pub fn on_any<F>(&mut self, f: F)
    where
        F: Fn(&str) -> bool + 'static,
    {
        self.handlers.push(Box::new(f));
    }
    pub fn emit(&self, s: &str) -> usize {
        self.handlers.iter().filter(|h| h(s)).count()
    }
}

pub trait Animal {
    fn name(&self) -> String;
    fn noise(&self) -> &'static str;
    fn speak(&self) -> String {
        format!("{} says {}", self.name(), self.noise())
    }
}
#[derive(Clone)]
pub struct Dog {
    name: String,
}
impl Dog {
    pub fn new(name: &str) -> Self {
        Dog {
            name: name.to_string(),
        }
    }
}
impl Animal for Dog {
    fn name(&self) -> String {
        self.name.clone()
    }
    fn noise(&self) -> &'static str {
        "woof"
    }
}
pub struct Zoo {
    animals: Vec<Box<dyn Animal>>,
}
impl Zoo {
    pub fn new() -> Self {
        Zoo { animals: vec![] }
    }
    pub fn add(&mut self, a: Box<dyn Animal>) -> &mut Self {
        self.animals.push(a);
        self
    }
    pub fn chorus(&self) -> Vec<String> {
        self.animals.iter().map(|a| a.speak()).collect()
    }
    pub fn loudest(&self) -> Option<&dyn Animal> {
        self.animals.first().map(|a| a.as_ref())
    }
}
pub fn speak_all(all: &[&dyn Animal]) -> String {
    all.iter().map(|a| a.noise()).collect::<Vec<_>>().join(" ")
}
pub fn intro<A: Animal>(a: &A) -> String {
    a.speak()
}
pub fn intro2(a: &impl Animal) -> String {
    a.speak()
}

pub fn dijkstra(graph: &HashMap<u32, Vec<(u32, u32)>>, from: u32) -> BTreeMap<u32, u32> {
    let mut dist = BTreeMap::new();
    let mut heap = BinaryHeap::from(vec![Reverse((0, from))]);
    while let Some(Reverse((d, n))) = heap.pop() {
        if dist.contains_key(&n) {
            continue;
        }
        dist.insert(n, d);
        for &(m, w) in graph.get(&n).into_iter().flatten() {
            heap.push(Reverse((d + w, m)));
        }
    }
    dist
}
pub fn binary_search<T: Ord>(items: &[T], target: &T) -> Option<usize> {
    let (mut lo, mut hi) = (0, items.len());
    while lo < hi {
        let m = lo + (hi - lo) / 2;
        match items[m].cmp(target) {
            Ordering::Equal => return Some(m),
            Ordering::Less => lo = m + 1,
            Ordering::Greater => hi = m,
        }
    }
    None
}
pub fn quicksort<T: PartialOrd + Clone>(v: &mut Vec<T>) {
    if v.len() < 2 {
        return;
    }
    let p = v.remove(0);
    let (mut a, mut b): (Vec<T>, Vec<T>) = v.iter().cloned().partition(|x| *x < p);
    quicksort(&mut a);
    quicksort(&mut b);
    a.push(p);
    a.append(&mut b);
    *v = a;
}
pub fn group_by<T, K, F>(items: Vec<T>, key: F) -> HashMap<K, Vec<T>>
where
    K: std::hash::Hash + Eq,
    F: Fn(&T) -> K,
{
    let mut m = HashMap::new();
    for i in items {
        m.entry(key(&i)).or_insert_with(Vec::new).push(i);
    }
    m
}
pub fn compose<A, B, C>(f: impl Fn(A) -> B, g: impl Fn(B) -> C) -> impl Fn(A) -> C {
    move |x| g(f(x))
}
pub fn words<'a>(text: &'a str) -> impl Iterator<Item = &'a str> + 'a {
    text.split(' ')
}
pub fn fib() -> impl Iterator<Item = u64> {
    let mut s = (0, 1);
    std::iter::from_fn(move || {
        let r = s.0;
        s = (s.1, s.0 + s.1);
        Some(r)
    })
}
pub fn mode(v: &[i32]) -> Option<i32> {
    let mut m = HashMap::new();
    for x in v {
        *m.entry(x).or_insert(0) += 1;
    }
    m.into_iter().max_by_key(|&(x, c)| (c, -x)).map(|(x, _)| *x)
}
pub fn describe<T: fmt::Debug>(x: T) -> String {
    format!("<{:?}>", x)
}
pub fn swap<T>(a: &mut T, b: &mut T) {
    std::mem::swap(a, b)
}
pub struct Parser<'a> {
    input: &'a str,
    pos: usize,
}
impl<'a> Parser<'a> {
    pub fn new(input: &'a str) -> Self {
        Parser { input, pos: 0 }
    }
    pub fn next_word(&mut self) -> Option<&'a str> {
        let rest = &self.input[self.pos..];
        let rest = rest.trim_start();
        if rest.is_empty() {
            return None;
        }
        let start = self.input.len() - rest.len();
        let end = rest.find(' ').map_or(self.input.len(), |i| start + i);
        self.pos = end;
        Some(&self.input[start..end])
    }
}
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Num(f64),
    Str(String),
    List(Vec<Json>),
    Obj(BTreeMap<String, Json>),
}
impl Json {
    pub fn is_null(&self) -> bool {
        matches!(self, Json::Null)
    }
    pub fn depth(&self) -> usize {
        match self {
            Json::List(v) => 1 + v.iter().map(|j| j.depth()).max().unwrap_or(0),
            _ => 0,
        }
    }
}
impl From<i32> for Json {
    fn from(n: i32) -> Self {
        Json::Num(n as f64)
    }
}
pub struct Temp(pub f64);
impl From<Temp> for f64 {
    fn from(t: Temp) -> f64 {
        t.0
    }
}
#[derive(Debug, Clone, Copy)]
pub struct Frac {
    pub n: i64,
    pub d: i64,
}
impl PartialEq for Frac {
    fn eq(&self, o: &Self) -> bool {
        self.n * o.d == o.n * self.d
    }
}
impl Eq for Frac {}
impl PartialOrd for Frac {
    fn partial_cmp(&self, o: &Self) -> Option<Ordering> {
        Some(self.cmp(o))
    }
}
impl Ord for Frac {
    fn cmp(&self, o: &Self) -> Ordering {
        (self.n * o.d).cmp(&(o.n * self.d))
    }
}
pub static GREETING: &str = "hi";
pub const PRIMES: [u32; 3] = [2, 3, 5];
