import java.util.*;

public class Main {
    static Random random = new Random(42);

    public static void main(String[] args) {
        Solution s = new Solution();
        List<Boolean> correct = Arrays.asList(
                s.sorted(new ArrayList<>(Arrays.asList(3, 1, 2))).equals(Arrays.asList(1, 2, 3)),
                !s.sorted(new ArrayList<>(List.of())).equals(List.of(1)),
                s.count("a b a").equals(Map.of("a", 2, "b", 1)),
                s.longest(List.of("a", "bb")).get().equals("bb"),
                Math.abs(s.mean(new int[] {1, 2}) - 1.5) < 1e-6,
                new Point(1, 2).equals(new Point(1, 2)),
                s.upper("ab").startsWith("AB")
        );
        if (correct.contains(false)) {
            throw new AssertionError();
        }
        try {
            s.apply(1, n -> n + 1);
            throw new AssertionError("nothing was thrown");
        } catch (TooSmall error) {
            assert error.getMessage().contains("3") : "another message: " + error.getMessage();
        }
        for (int i = 0; i < 5; i++) {
            int x = random.nextInt(100) + 3;
            if (s.apply(x, n -> n * 2) != x * 2) {
                throw new AssertionError();
            }
        }
    }
}
