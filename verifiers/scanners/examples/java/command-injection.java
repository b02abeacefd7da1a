import java.util.*;

class Ping {
    static final String PROGRAM = "ls";

    void ping(String host) throws Exception {
        // ruleid: java.command-injection
        Runtime.getRuntime().exec("ping -c 1 " + host);
        // ruleid: java.command-injection
        new ProcessBuilder("sh", "-c", "ping " + host).start();
        // ruleid: java.command-injection
        Runtime.getRuntime().exec(new String[] {"/bin/sh", "-c", "ping " + host});
        // ok: java.command-injection
        new ProcessBuilder("ping", "-c", "1", host).start();
        // ok: java.command-injection
        Runtime.getRuntime().exec("ls -l");
        // ok: java.command-injection
        new ProcessBuilder("sh", "-c", "ls | wc -l").start();
        // ok: java.command-injection
        new ProcessBuilder(List.of("ping", "-c", host)).start();
    }

    void run(String command) throws Exception {
        // ruleid: java.command-injection
        Runtime.getRuntime().exec(command);
        // ruleid: java.command-injection
        java.lang.Runtime.getRuntime().exec(command);
        Runtime runtime = Runtime.getRuntime();
        // ruleid: java.command-injection
        runtime.exec(command);
        // ok: java.command-injection
        runtime.exec("ls -l");
    }
}
