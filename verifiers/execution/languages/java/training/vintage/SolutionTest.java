import static org.junit.Assert.*;

import java.util.*;
import org.junit.Before;
import org.junit.Test;

public class SolutionTest {
    private Solution solution;

    @Before
    public void setUp() {
        solution = new Solution();
    }

    @Test
    public void sorts() {
        assertEquals(Arrays.asList(1, 2), solution.sorted(Arrays.asList(2, 1)));
    }

    @Test(expected = TooSmall.class)
    public void refuses() {
        solution.apply(1, n -> n);
    }
}
