package dev.unbusy.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * SIGINT and SIGTERM as they come, each of them: a shutdown hook sees the first one only, and whoever presses Ctrl-C twice
 * does not want to wait.
 *
 * <p>By reflection, since {@code sun.misc.Signal} is the only such interface and the compiler warns of it; where it is
 * missing, nothing is handled.
 */
final class Signals {
    /** The shell's exit code for SIGINT. */
    static final int INTERRUPTED = 130;

    private static final int BASE = 128;

    private Signals() {}

    /**
     * @param names without {@code SIG}
     * @param listener told the shell's exit code for the signal, on a thread of the JVM that should not be held up
     * @return false where signals cannot be handled here
     */
    static boolean handle(List<String> names, IntConsumer listener) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Method number = signal.getMethod("getNumber");
            InvocationHandler calls = (self, method, arguments) -> switch (method.getName()) {
                case "handle" -> {
                    listener.accept(BASE + (int) number.invoke(arguments[0]));
                    yield null;
                }
                case "equals" -> System.identityHashCode(self) == System.identityHashCode(arguments[0]);
                case "hashCode" -> System.identityHashCode(self);
                default -> "signals";
            };
            Object proxy = Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, calls);
            Method handle = signal.getMethod("handle", signal, handler);
            for (String name : names) {
                handle.invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
            }
            return true;
        } catch (ReflectiveOperationException e) {
            return false; // a shutdown hook still sees the first
        }
    }
}
