use solution::geometry::{self, Size};
use solution::*;
use std::collections::HashSet;

#[test]
fn plain_structs() {
    let mut p = Point::new(3.0, 4.0);
    assert_eq!(p.norm(), 5.0);
    p.shift(1.0).shift(1.0);
    assert_eq!(p, Point { x: 5.0, y: 4.0 });
    assert_eq!(p + Point::default() * 2.0, p);
    assert_eq!(2.0 * -p, Point::from((-10.0, -8.0)));
    assert_eq!(format!("{} {:>12}|", p, p), "(5.0, 4.0) (5.0, 4.0)|");
    assert_eq!("1,2".parse::<Point>(), Ok(Point::new(1.0, 2.0)));
    assert_eq!("12".parse::<Point>().unwrap_err(), "no comma");
    assert_eq!(Point::ORIGIN_NAME, "origin");
    assert!(p > Point::default());
}

#[test]
fn enums() {
    assert_eq!(
        tokens("1+").unwrap(),
        vec![Token::Number(1), Token::Op { sign: '+' }, Token::End]
    );
    assert_eq!(tokens(""), Err(ParseError::Empty));
    assert_eq!(tokens("x").unwrap_err().to_string(), "bad x");
    let all: HashSet<Token> = tokens("11").unwrap().into_iter().collect();
    assert_eq!(all.len(), 2);
    fn fails() -> Result<(), Box<dyn std::error::Error>> {
        tokens("")?;
        Ok(())
    }
    assert_eq!(fails().unwrap_err().to_string(), "empty");
}

#[test]
fn what_stays_with_the_candidate() {
    let mut stack = Stack::new();
    assert!(stack.is_empty());
    stack.push("a".to_string());
    stack.push("b".to_string());
    let copy = stack.clone();
    assert_eq!(stack.pop(), Some("b".to_string()));
    assert_eq!(stack.peek(), Some(&"a".to_string()));
    assert_eq!((stack.len(), copy.len()), (1, 2));
    let mut numbers: Stack<i32> = Stack::default();
    numbers.push(1);
    assert_eq!(format!("{:?}", numbers), "Stack { items: [1] }");
    let mut bank = Bank::new();
    assert_eq!(bank.deposit("ann", 5), Ok(5));
    assert!(bank.deposit("ann", 0).is_err());
    assert_eq!(bank["ann"], 5);
    assert_eq!(bank.log(), ["ann"]);
}

#[test]
fn lists_and_iterators() {
    let list = Some(Box::new(Node {
        value: 1,
        next: Some(Box::new(Node { value: 2, next: None })),
    }));
    assert_eq!(reversed(list).unwrap().value, 2);
    assert_eq!(Countdown::new(3).map(|x| x * 2).collect::<Vec<_>>(), [6, 4, 2]);
}

#[test]
fn traits() {
    assert_eq!(Square { side: 2.0 }.area(), 4.0);
    assert_eq!(Square { side: 2.0 }.describe(), "area 4.00");
    let shapes: Vec<Box<dyn Shape>> = vec![Box::new(Square { side: 1.0 }), Box::new(Circle { radius: 1.0 })];
    assert_eq!(total_area(&shapes), 4.0);
    assert_eq!(one_area(&Circle { radius: 2.0 }), 12.0);
    assert_eq!(make("circle").describe(), "round");
}

#[test]
fn modules() {
    assert_eq!(geometry::square(2), Size { w: 2, h: 2 });
    assert_eq!(solution::geometry::square(3).area(), 9);
}
