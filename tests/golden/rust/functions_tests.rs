#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        assert_eq!(add(LIMIT, -3), 7);
        assert_eq!(longest("ab", "abc"), "abc");
        assert_eq!(count(&["a", "b", "a"])["a"], 2);
        assert_eq!(unique(vec![1, 1, 2]).len(), 2);
        let map: BTreeMap<char, Vec<Option<bool>>> = [('x', vec![None, Some(true)])].into_iter().collect();
        let pairs: Pairs = ordered(map);
        assert_eq!(pairs, vec![("x".to_string(), 2)]);
        assert_eq!(grid(7), [[7, 7], [7, 7]]);
        assert_eq!(private(1), 2);
    }

    #[test]
    fn changes_in_place() {
        let mut items = vec![1, 2];
        assert_eq!(double_all(&mut items), 3);
        assert_eq!(items, [2, 4, 0]);
        let mut bytes = [3u8, 1, 2];
        sort_slice(&mut bytes);
        assert_eq!(bytes, [1, 2, 3]);
        sort_slice(&mut bytes[1..]);
        let mut n = 1;
        bump(&mut n);
        assert_eq!(n, 2);
    }

    #[test]
    fn errors() -> Result<(), Box<dyn std::error::Error>> {
        assert_eq!(parse(" 12 ")?, 12);
        assert!(matches!(parse("x"), Err(error) if error.to_string().contains("invalid digit")));
        assert!(checked("1.5")? > 1.0);
        assert_eq!(checked("a").unwrap_err().to_string(), "invalid float literal");
        assert_eq!(divide(1, 0), Err("1 by zero".to_string()));
        assert_ne!(divide(4, 2)?, 3);
        Ok(())
    }

    #[test]
    #[should_panic(expected = "index out of bounds")]
    fn panics() {
        index(&[1, 2], 5);
    }

    #[test]
    #[should_panic]
    fn overflows() {
        add(i32::MAX, 1);
    }

    #[test]
    #[ignore = "slow"]
    fn ignored() {
        assert_eq!(1, 2);
    }

    #[test]
    fn functions() {
        assert_eq!(apply(|x| x * 3, 3), 27);
        let mut seen = Vec::new();
        each(&["a".to_string(), "b".to_string()], |word| {
            seen.push(word.to_string())
        });
        assert_eq!(seen, ["a", "b"]);
        assert_eq!(adder(2)(3), 5);
        assert_eq!(boxed(2)(4), 8);
        assert_eq!(evens(7).collect::<Vec<_>>(), [0, 2, 4, 6]);
        let result = std::panic::catch_unwind(|| apply(|_| panic!("mine"), 1));
        assert!(result.is_err());
    }

    #[test]
    fn generics() {
        assert_eq!(largest(&[1, 5, 3]), Some(5));
        assert_eq!(largest(&["b", "c", "a"]), Some("c"));
        assert_eq!(largest::<f64>(&[]), None);
        assert_eq!(total(&[1.5, 2.0]), 3.5);
        assert_eq!(total(&[1u8, 2]), 3);
        assert_eq!(shout("a") + &shout(String::from("b")), "AB");
        assert_eq!(greet("x"), "hi x");
        assert_eq!(sum_of(vec![1, 2]) + sum_of([3]), 6);
    }
}
