import static org.junit.jupiter.api.Assertions.*;

import java.time.Duration;
import java.util.*;
import java.util.stream.Stream;
import org.junit.jupiter.api.*;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.*;

class SolutionTest {
    private Solution solution;

    @BeforeEach
    void setUp() {
        solution = new Solution();
    }

    @Test
    @DisplayName("sorts")
    void sorts() {
        assertEquals(List.of(1, 2, 3), solution.sorted(new ArrayList<>(List.of(3, 2, 1))));
        assertTrue(solution.longest(List.of()).isEmpty());
        assertArrayEquals(new int[] {1}, new int[] {1});
        assertNotNull(solution);
        assertEquals(1.5, solution.mean(new int[] {1, 2}), 1e-9);
    }

    @Test
    void refuses() {
        TooSmall error = assertThrows(TooSmall.class, () -> solution.apply(1, n -> n));
        assertEquals("below 3", error.getMessage());
        assertTimeout(Duration.ofSeconds(9), () -> solution.upper("a"));
        assertAll(() -> assertFalse(solution.equals(null)), () -> assertThrows(AssertionError.class, () -> assertEquals(1, 2)));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4})
    void applies(int value) {
        assertEquals(value + 1, solution.apply(value, n -> n + 1));
    }

    @ParameterizedTest
    @CsvSource({"a b a, 2", "a, 1"})
    void counts(String text, int count) {
        assertEquals(count, solution.count(text).size() + (count == 2 ? 0 : 0));
    }

    static Stream<Arguments> given() {
        return Stream.of(Arguments.of(1, 2), Arguments.of(2, 3));
    }

    @ParameterizedTest
    @MethodSource("given")
    void points(int x, int y) {
        assertEquals(x + y, new Point(x, y).sum());
    }

    @Nested
    class Inner {
        @Test
        void equal() {
            assertEquals(new Point(1, 2), new Point(1, 2));
        }
    }

    @AfterEach
    void tearDown() {
        solution = null;
    }
}
