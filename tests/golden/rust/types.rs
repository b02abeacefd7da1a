use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::ops::{Add, Index, Mul, Neg};
use std::rc::Rc;

#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}
impl Point {
    pub const ORIGIN_NAME: &'static str = "origin";
    pub fn new(x: f64, y: f64) -> Self {
        Point { x, y }
    }
    pub fn norm(&self) -> f64 {
        (self.x * self.x + self.y * self.y).sqrt()
    }
    pub fn shift(&mut self, by: f64) -> &mut Self {
        self.x += by;
        self
    }
}
impl Add for Point {
    type Output = Point;
    fn add(self, o: Point) -> Point {
        Point::new(self.x + o.x, self.y + o.y)
    }
}
impl Mul<f64> for Point {
    type Output = Point;
    fn mul(self, k: f64) -> Point {
        Point::new(self.x * k, self.y * k)
    }
}
impl Mul<Point> for f64 {
    type Output = Point;
    fn mul(self, p: Point) -> Point {
        p * self
    }
}
impl Neg for Point {
    type Output = Point;
    fn neg(self) -> Point {
        Point::new(-self.x, -self.y)
    }
}
impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "({:.1}, {:.1})", self.x, self.y)
    }
}
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Token {
    Number(i64),
    Op { sign: char },
    End,
}
#[derive(Debug, PartialEq)]
pub enum ParseError {
    Empty,
    Bad(char),
}
impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParseError::Empty => write!(f, "empty"),
            ParseError::Bad(c) => write!(f, "bad {}", c),
        }
    }
}
impl std::error::Error for ParseError {}
pub fn tokens(text: &str) -> Result<Vec<Token>, ParseError> {
    if text.is_empty() {
        return Err(ParseError::Empty);
    }
    let mut all = Vec::new();
    for c in text.chars() {
        all.push(match c {
            '0'..='9' => Token::Number(c as i64 - 48),
            '+' | '-' => Token::Op { sign: c },
            _ => return Err(ParseError::Bad(c)),
        });
    }
    all.push(Token::End);
    Ok(all)
}
#[derive(Debug, Clone, Default)]
pub struct Stack<T> {
    items: Vec<T>,
}
impl<T: Clone> Stack<T> {
    pub fn new() -> Self {
        Stack { items: Vec::new() }
    }
    pub fn push(&mut self, item: T) {
        self.items.push(item);
    }
    pub fn pop(&mut self) -> Option<T> {
        self.items.pop()
    }
    pub fn peek(&self) -> Option<&T> {
        self.items.last()
    }
    pub fn len(&self) -> usize {
        self.items.len()
    }
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}
pub struct Bank {
    accounts: HashMap<String, i64>,
    log: Rc<RefCell<Vec<String>>>,
}
impl Bank {
    pub fn new() -> Self {
        Bank {
            accounts: HashMap::new(),
            log: Rc::new(RefCell::new(vec![])),
        }
    }
    pub fn deposit(&mut self, name: &str, amount: i64) -> Result<i64, String> {
        if amount <= 0 {
            return Err("not positive".into());
        }
        self.log.borrow_mut().push(name.to_string());
        let balance = self.accounts.entry(name.to_string()).or_insert(0);
        *balance += amount;
        Ok(*balance)
    }
    pub fn log(&self) -> Vec<String> {
        self.log.borrow().clone()
    }
}
impl Index<&str> for Bank {
    type Output = i64;
    fn index(&self, name: &str) -> &i64 {
        &self.accounts[name]
    }
}
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub value: i32,
    pub next: Option<Box<Node>>,
}
pub fn reversed(list: Option<Box<Node>>) -> Option<Box<Node>> {
    let (mut list, mut done) = (list, None);
    while let Some(mut node) = list {
        list = node.next.take();
        node.next = done;
        done = Some(node);
    }
    done
}
pub struct Countdown(u32);
impl Countdown {
    pub fn new(n: u32) -> Self {
        Countdown(n)
    }
}
impl Iterator for Countdown {
    type Item = u32;
    fn next(&mut self) -> Option<u32> {
        if self.0 == 0 {
            None
        } else {
            self.0 -= 1;
            Some(self.0 + 1)
        }
    }
}
impl From<(f64, f64)> for Point {
    fn from(pair: (f64, f64)) -> Self {
        Point::new(pair.0, pair.1)
    }
}
impl std::str::FromStr for Point {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (x, y) = text.split_once(',').ok_or("no comma")?;
        Ok(Point::new(
            x.parse().map_err(|_| "bad x")?,
            y.parse().map_err(|_| "bad y")?,
        ))
    }
}
pub trait Shape {
    fn area(&self) -> f64;
    fn describe(&self) -> String {
        format!("area {:.2}", self.area())
    }
}
pub struct Square {
    pub side: f64,
}
pub struct Circle {
    pub radius: f64,
}
impl Shape for Square {
    fn area(&self) -> f64 {
        self.side * self.side
    }
}
impl Shape for Circle {
    fn area(&self) -> f64 {
        3.0 * self.radius * self.radius
    }
    fn describe(&self) -> String {
        "round".to_string()
    }
}
pub fn total_area(shapes: &[Box<dyn Shape>]) -> f64 {
    shapes.iter().map(|s| s.area()).sum()
}
pub fn one_area(shape: &dyn Shape) -> f64 {
    shape.area()
}
pub fn make(kind: &str) -> Box<dyn Shape> {
    if kind == "square" {
        Box::new(Square { side: 2.0 })
    } else {
        Box::new(Circle { radius: 1.0 })
    }
}
pub mod geometry {
    #[derive(Debug, PartialEq)]
    pub struct Size {
        pub w: u32,
        pub h: u32,
    }
    impl Size {
        pub fn area(&self) -> u32 {
            self.w * self.h
        }
    }
    pub fn square(n: u32) -> Size {
        Size { w: n, h: n }
    }
    pub(crate) fn half(n: u32) -> u32 {
        n / 2
    }
}
