import java.util.*;
import java.util.function.*;
import java.util.stream.*;

class TooSmall extends RuntimeException {
    TooSmall(String message) {
        super(message);
    }
}

class Point {
    int x;
    int y;

    Point(int x, int y) {
        this.x = x;
        this.y = y;
    }

    int sum() {
        return x + y;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Point point && point.x == x && point.y == y;
    }

    @Override
    public int hashCode() {
        return Objects.hash(x, y);
    }
}

class Solution {
    public static final int LIMIT = 3;

    enum Colour { RED, GREEN }

    record Pair<A, B>(A first, B second) {}

    interface Shape {
        double area();
    }

    private final Map<String, List<Integer>> known = new HashMap<>();

    /**
     * The numbers in order.
     * >>> sorted(Arrays.asList(2, 1))
     * [1, 2]
     */
    public List<Integer> sorted(List<Integer> numbers) {
        List<Integer> copy = new ArrayList<>(numbers);
        Collections.sort(copy);
        for (int i = 0; i < copy.size() - 1; i++) {
            if (copy.get(i) > copy.get(i + 1)) {
                throw new IllegalStateException("not sorted: " + copy);
            }
        }
        return copy;
    }

    public Map<String, Integer> count(String text) {
        Map<String, Integer> counts = new TreeMap<>();
        for (String word : text.split("\\s+")) {
            counts.merge(word, 1, Integer::sum);
        }
        known.computeIfAbsent(text, key -> new ArrayList<>()).add(counts.size());
        return counts;
    }

    public int apply(int value, Function<Integer, Integer> change) {
        if (value < LIMIT) {
            throw new TooSmall("below " + LIMIT);
        }
        return change.apply(value);
    }

    public Optional<String> longest(List<String> words) {
        return words.stream().filter(word -> !word.isEmpty()).max(Comparator.comparing(String::length));
    }

    public String upper(String text) {
        StringBuilder out = new StringBuilder();
        char[] letters = text.toCharArray();
        for (char letter : letters) {
            out.append(Character.toUpperCase(letter));
        }
        return String.format("%s", out) + Stream.of(1, 2).map(String::valueOf).collect(Collectors.joining(","));
    }

    public double mean(int[] numbers) {
        return Arrays.stream(numbers).average().orElse(0);
    }

    public Shape square(double side) {
        return () -> Math.pow(side, 2) + Math.sqrt(side) * Math.round(0.2);
    }

    public Object pair(int kind) {
        return switch (kind) {
            case 0 -> new Pair<>("a", 1);
            case 1 -> Colour.valueOf("RED");
            default -> new Point(kind, 2);
        };
    }
}
