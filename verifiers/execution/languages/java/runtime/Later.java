package acrisol;

import java.util.Iterator;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Streams, over an iterator of the other side's, and futures, which are waited for before they cross. */
final class Later {
    private Later() {}

    static Object stream(int kind, Object values) {
        if (!(values instanceof Iterator<?> iterator)) {
            throw new Broken("a stream of nothing");
        }
        Stream<?> all = StreamSupport.stream(Spliterators.spliteratorUnknownSize(iterator, Spliterator.ORDERED), false);
        return switch (kind) {
            case 1 -> all.mapToInt(each -> (Integer) each);
            case 2 -> all.mapToLong(each -> (Long) each);
            case 3 -> all.mapToDouble(each -> (Double) each);
            default -> all;
        };
    }

    static Object future(boolean well, Object value) {
        CompletableFuture<Object> future = new CompletableFuture<>();
        if (well) {
            future.complete(value);
        } else {
            future.completeExceptionally(value instanceof Throwable error ? error : new Broken("no exception"));
        }
        return future;
    }

    static void write(Encoder out, CompletableFuture<?> future) {
        Object result = null;
        Throwable failure = null;
        try {
            result = future.get();
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
            failure = error;
        } catch (ExecutionException error) {
            failure = error.getCause();
        } catch (RuntimeException error) {
            failure = error;
        }
        out.octet(Tags.FUTURE);
        out.octet(failure == null ? 1 : 0);
        out.value(failure == null ? result : failure);
    }
}
