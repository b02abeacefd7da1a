#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn levels() {
        assert_eq!(Level::parse("low"), Some(Level::Low));
        assert_eq!(Level::High as i32, 10);
        assert!(Level::Low < Level::High);
        assert_eq!(Level::try_from(5), Ok(Level::Mid));
        assert_eq!(Level::try_from(6), Err("no level 6".to_string()));
    }
    #[test]
    fn bank() {
        let mut a = Account::with_balance(10);
        assert_eq!(a.withdraw(3), Ok(7));
        assert_eq!(
            a.withdraw(30),
            Err(BankError::Insufficient {
                needed: 30,
                available: 7
            })
        );
        assert_eq!(a.history(), &[("w".to_string(), 3)]);
        let mut b = Account::default();
        Account::transfer(&mut a, &mut b, 5).unwrap();
        assert_eq!((a.balance(), b.balance()), (2, 5));
        assert!(matches!(
            a.withdraw(9),
            Err(BankError::Insufficient { available: 2, .. })
        ));
        assert_eq!(BankError::NotFound("x".into()).to_string(), "no x");
    }
    #[test]
    fn lru() {
        let mut c = LruCache::new(2);
        c.put(1, 1);
        c.put(2, 2);
        assert_eq!(c.get(1), Some(1));
        c.put(3, 3);
        assert_eq!(c.get(2), None);
    }
    #[test]
    fn bst() {
        let mut t = Bst::new();
        assert_eq!(t.insert(5, "five"), None);
        t.insert(3, "three");
        assert_eq!(t.insert(5, "FIVE"), Some("five"));
        assert_eq!(t.get(&5), Some(&"FIVE"));
        assert_eq!(t.keys(), vec![&3, &5]);
        assert_eq!(t.len(), 2);
    }
    #[test]
    fn grid() {
        let mut g = Grid::from_vec(1, 2, vec![1.0, 2.0]).unwrap();
        let t = g.transpose();
        assert_eq!(&g * &t, Grid::from_vec(1, 1, vec![5.0]).unwrap());
        g += 1.0;
        assert_eq!(g.get(0, 1), Some(3.0));
        assert!(Grid::from_vec(1, 1, vec![]).is_err());
    }
    #[test]
    fn counter() {
        let c = Counter::new();
        c.tick();
        assert_eq!(c.tick(), 2);
    }
    #[test]
    fn bus() {
        let mut b = EventBus::new();
        let n = std::rc::Rc::new(std::cell::Cell::new(0));
        let m = n.clone();
        b.on(Box::new(move |s| {
            m.set(m.get() + s.len());
            true
        }));
        b.on_any(|s| s == "x");
        assert_eq!(b.emit("ab"), 1);
        assert_eq!(b.emit("x"), 2);
        assert_eq!(n.get(), 3);
    }
    #[test]
    fn animals() {
        let d = Dog::new("Rex");
        assert_eq!(d.speak(), "Rex says woof");
        assert_eq!(speak_all(&[&d, &d]), "woof woof");
    }
    #[test]
    fn search() {
        assert_eq!(binary_search(&[1, 3, 5], &3), Some(1));
        assert_eq!(binary_search(&["a", "b"], &"c"), None);
        let mut v = vec![3.5, 1.0, 2.0];
        quicksort(&mut v);
        assert_eq!(v, vec![1.0, 2.0, 3.5]);
    }
    #[test]
    fn functional() {
        let g = group_by(vec![1, 2, 3], |x| x % 2);
        assert_eq!(g[&1], vec![1, 3]);
        assert_eq!(words("a b").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(fib().take(5).collect::<Vec<_>>(), [0, 1, 1, 2, 3]);
        assert_eq!(mode(&[1, 2, 2]), Some(2));
        assert_eq!(describe(vec![Some(1)]), "<[Some(1)]>");
        assert_eq!(describe("a"), "<\"a\">");
        let (mut a, mut b) = (1, 2);
        swap(&mut a, &mut b);
        assert_eq!((a, b), (2, 1));
    }
    #[test]
    fn graph() {
        let mut g = HashMap::new();
        g.insert(1, vec![(2, 5), (3, 1)]);
        g.insert(3, vec![(2, 1)]);
        let d = dijkstra(&g, 1);
        assert_eq!(d.get(&2), Some(&2));
    }
    #[test]
    fn parser() {
        let text = String::from(" ab c");
        let mut p = Parser::new(&text);
        assert_eq!(p.next_word(), Some("ab"));
        assert_eq!(p.next_word(), Some("c"));
        assert_eq!(p.next_word(), None);
    }
    #[test]
    fn json() {
        let j = Json::List(vec![Json::from(1), Json::List(vec![])]);
        assert_eq!(j.depth(), 2);
        assert!(!j.is_null());
        assert_eq!(j.clone(), j);
    }
    #[test]
    fn convert() {
        let f: f64 = Temp(1.5).into();
        assert_eq!(f, 1.5);
        assert_eq!(Frac { n: 1, d: 2 }, Frac { n: 2, d: 4 });
        assert!(Frac { n: 1, d: 2 } < Frac { n: 3, d: 4 });
        assert_ne!(Frac { n: 1, d: 2 }, Frac { n: 1, d: 3 });
        let mut v = vec![Frac { n: 3, d: 1 }, Frac { n: 1, d: 1 }];
        v.sort();
        assert_eq!(v[0].n, 1);
        assert_eq!(GREETING.len(), 2);
        assert_eq!(PRIMES.iter().sum::<u32>(), 10);
    }
    #[test]
    fn zoo() {
        let mut z = Zoo::new();
        z.add(Box::new(Dog::new("A"))).add(Box::new(Dog::new("B")));
        assert_eq!(z.chorus(), ["A says woof", "B says woof"]);
    }
    #[test]
    fn bound() {
        assert_eq!(intro(&Dog::new("R")), "R says woof");
    }
    #[test]
    fn bound2() {
        assert_eq!(intro2(&Dog::new("R")), "R says woof");
    }

    #[test]
    fn loud() {
        let mut z = Zoo::new();
        z.add(Box::new(Dog::new("A")));
        assert_eq!(z.loudest().unwrap().name(), "A");
    }
}
