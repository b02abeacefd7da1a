import java.util.*;

class Tokens {
    String makeToken() {
        // ruleid: java.weak-random-secret
        Random random = new Random();
        return Long.toString(random.nextLong());
    }

    String makeSafeToken() {
        // ok: java.weak-random-secret
        SecureRandom random = new SecureRandom();
        return Long.toString(random.nextLong());
    }

    int dice() {
        // ok: java.weak-random-secret
        return new Random().nextInt(6);
    }
}
