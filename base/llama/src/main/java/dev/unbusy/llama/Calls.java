package dev.unbusy.llama;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;

/**
 * The shapes of the native functions used: one small type per signature, so that a call is checked by the compiler and
 * {@link MethodHandle#invokeExact} never sees a wrong type. {@code P} is a pointer (or a struct passed by value, which is
 * a segment too), {@code I} int32, {@code L} int64 or size_t, {@code B} bool; the last letter is the result, {@code V}
 * for none. {@code PII} is {@code int f(void *, int)}.
 *
 * <p>A native function throws nothing. What {@code invokeExact} can throw comes from the binding itself (a closed
 * segment, a wrong thread) and is passed on.
 */
final class Calls {
    private Calls() {}

    record V(MethodHandle handle) {
        void call() {
            try {
                handle.invokeExact();
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    record P(MethodHandle handle) {
        MemorySegment call() {
            try {
                return (MemorySegment) handle.invokeExact();
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    record L(MethodHandle handle) {
        long call() {
            try {
                return (long) handle.invokeExact();
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    /** Returns a struct by value, in memory that the allocator gives. */
    record Struct(MethodHandle handle) {
        MemorySegment call(SegmentAllocator allocator) {
            try {
                return (MemorySegment) handle.invokeExact(allocator);
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    record LP(MethodHandle handle) {
        MemorySegment call(long a) {
            try {
                return (MemorySegment) handle.invokeExact(a);
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    record PV(MethodHandle handle) {
        void call(MemorySegment a) {
            try {
                handle.invokeExact(a);
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    record PP(MethodHandle handle) {
        MemorySegment call(MemorySegment a) {
            try {
                return (MemorySegment) handle.invokeExact(a);
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    record PI(MethodHandle handle) {
        int call(MemorySegment a) {
            try {
                return (int) handle.invokeExact(a);
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    record PL(MethodHandle handle) {
        long call(MemorySegment a) {
            try {
                return (long) handle.invokeExact(a);
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    record PB(MethodHandle handle) {
        boolean call(MemorySegment a) {
            try {
                return (boolean) handle.invokeExact(a);
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    record PPV(MethodHandle handle) {
        void call(MemorySegment a, MemorySegment b) {
            try {
                handle.invokeExact(a, b);
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    record PBV(MethodHandle handle) {
        void call(MemorySegment a, boolean b) {
            try {
                handle.invokeExact(a, b);
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    record PPP(MethodHandle handle) {
        MemorySegment call(MemorySegment a, MemorySegment b) {
            try {
                return (MemorySegment) handle.invokeExact(a, b);
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    record PPI(MethodHandle handle) {
        int call(MemorySegment a, MemorySegment b) {
            try {
                return (int) handle.invokeExact(a, b);
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    record PLP(MethodHandle handle) {
        MemorySegment call(MemorySegment a, long b) {
            try {
                return (MemorySegment) handle.invokeExact(a, b);
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    record PIB(MethodHandle handle) {
        boolean call(MemorySegment a, int b) {
            try {
                return (boolean) handle.invokeExact(a, b);
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    record PII(MethodHandle handle) {
        int call(MemorySegment a, int b) {
            try {
                return (int) handle.invokeExact(a, b);
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    record PIL(MethodHandle handle) {
        long call(MemorySegment a, int b) {
            try {
                return (long) handle.invokeExact(a, b);
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    record PIP(MethodHandle handle) {
        MemorySegment call(MemorySegment a, int b) {
            try {
                return (MemorySegment) handle.invokeExact(a, b);
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    record PPPV(MethodHandle handle) {
        void call(MemorySegment a, MemorySegment b, MemorySegment c) {
            try {
                handle.invokeExact(a, b, c);
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    record PPLI(MethodHandle handle) {
        int call(MemorySegment a, MemorySegment b, long c) {
            try {
                return (int) handle.invokeExact(a, b, c);
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    record PPPLI(MethodHandle handle) {
        int call(MemorySegment a, MemorySegment b, MemorySegment c, long d) {
            try {
                return (int) handle.invokeExact(a, b, c, d);
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    record PPLIL(MethodHandle handle) {
        long call(MemorySegment a, MemorySegment b, long c, int d) {
            try {
                return (long) handle.invokeExact(a, b, c, d);
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    record PIIIB(MethodHandle handle) {
        boolean call(MemorySegment a, int b, int c, int d) {
            try {
                return (boolean) handle.invokeExact(a, b, c, d);
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    record PIIIIV(MethodHandle handle) {
        void call(MemorySegment a, int b, int c, int d, int e) {
            try {
                handle.invokeExact(a, b, c, d, e);
            } catch (Throwable t) {
                throw passOn(t);
            }
        }
    }

    /** llama_token_to_piece(vocab, token, buffer, length, lstrip, special) */
    record Piece(MethodHandle handle) {
        int call(MemorySegment vocab, int token, MemorySegment buffer, int length, int lstrip, boolean special) {
            try {
                return (int) handle.invokeExact(vocab, token, buffer, length, lstrip, special);
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    /** llama_tokenize(vocab, text, length, tokens, capacity, add_special, parse_special) */
    record Tokenize(MethodHandle handle) {
        int call(
                MemorySegment vocab,
                MemorySegment text,
                int length,
                MemorySegment tokens,
                int capacity,
                boolean addSpecial,
                boolean parseSpecial) {
            try {
                return (int) handle.invokeExact(vocab, text, length, tokens, capacity, addSpecial, parseSpecial);
            } catch (Throwable e) {
                throw passOn(e);
            }
        }
    }

    private static RuntimeException passOn(Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
    }
}
