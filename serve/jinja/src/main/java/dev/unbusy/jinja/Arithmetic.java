package dev.unbusy.jinja;

import dev.unbusy.jinja.Syntax.BinaryOperator;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/** Python's arithmetic operators on numbers, strings and sequences. */
final class Arithmetic {
    /** Integers with more bits are refused; Python refuses to print them at a seventh of this. */
    private static final int MAX_BITS = 100_000;

    private Arithmetic() {}

    static Object apply(Render render, BinaryOperator operator, Object a, Object b) {
        if (operator == BinaryOperator.ADD) {
            return add(render, a, b);
        }
        if (operator == BinaryOperator.MUL) {
            return multiply(render, a, b);
        }
        if (operator == BinaryOperator.MOD && Types.isText(a)) {
            return PercentFormat.format(render, a, b);
        }
        if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
            return a instanceof Double || b instanceof Double
                    ? onFloats(operator, Numbers.toDouble(a), Numbers.toDouble(b))
                    : onIntegers(operator, a, b);
        }
        if (operator == BinaryOperator.SUB && (a instanceof DictView || b instanceof DictView)) {
            throw EvalError.unsupported("set operations on dict views");
        }
        throw mismatch(operator.symbol(), a, b);
    }

    static Object add(Render render, Object a, Object b) {
        if (a instanceof String x && b instanceof String y) {
            return render.joined(x, y);
        }
        if (a instanceof Long x && b instanceof Long y) {
            long sum = x + y;
            if (((x ^ sum) & (y ^ sum)) >= 0) {
                return sum;
            }
        }
        if (Types.isText(a) && Types.isText(b)) {
            return new Markup(
                    render.joined(Markup.escape(a).text(), Markup.escape(b).text()));
        }
        if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
            return a instanceof Double || b instanceof Double
                    ? (Object) (Numbers.toDouble(a) + Numbers.toDouble(b))
                    : checked(Numbers.big(a).add(Numbers.big(b)));
        }
        if (a instanceof PyList x && b instanceof PyList y) {
            return new PyList(joined(render, x, y));
        }
        if (a instanceof PyTuple x && b instanceof PyTuple y) {
            return PyTuple.of(joined(render, x, y));
        }
        throw mismatch("+", a, b);
    }

    private static List<Object> joined(Render render, Seq a, Seq b) {
        render.work((long) a.size() + b.size());
        List<Object> items = new ArrayList<>(a.size() + b.size());
        items.addAll(a.items());
        items.addAll(b.items());
        return items;
    }

    private static Object multiply(Render render, Object a, Object b) {
        if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
            return a instanceof Double || b instanceof Double
                    ? (Object) (Numbers.toDouble(a) * Numbers.toDouble(b))
                    : checked(Numbers.big(a).multiply(Numbers.big(b)));
        }
        if (Numbers.isInteger(b)) {
            return repeat(render, a, b);
        }
        if (Numbers.isInteger(a)) {
            return repeat(render, b, a);
        }
        throw mismatch("*", a, b);
    }

    private static Object repeat(Render render, Object value, Object times) {
        int count = Math.max(0, Numbers.clampedIndex(times));
        return switch (value) {
            case String s -> render.repeated(s, count);
            case Markup m -> new Markup(render.repeated(m.text(), count));
            case PyList list -> new PyList(repeatItems(render, list, count));
            case PyTuple tuple -> PyTuple.of(repeatItems(render, tuple, count));
            default -> throw mismatch("*", value, times);
        };
    }

    private static List<Object> repeatItems(Render render, Seq seq, int count) {
        long size = (long) seq.size() * count;
        render.work(size);
        List<Object> items = new ArrayList<>((int) size);
        for (long i = 0; i < size; i += seq.size()) {
            items.addAll(seq.items());
        }
        return items;
    }

    private static Object onIntegers(BinaryOperator operator, Object a, Object b) {
        if (operator == BinaryOperator.POW) {
            return power(Numbers.big(a), Numbers.big(b));
        }
        if (operator == BinaryOperator.SUB) {
            return checked(Numbers.big(a).subtract(Numbers.big(b)));
        }
        BigInteger x = Numbers.big(a);
        BigInteger y = Numbers.big(b);
        if (y.signum() == 0) {
            throw EvalError.failed("division by zero");
        }
        return switch (operator) {
            case DIV -> divide(x, y);
            case FLOOR_DIV -> Numbers.normalize(floorDivide(x, y));
            default -> Numbers.normalize(x.subtract(floorDivide(x, y).multiply(y)));
        };
    }

    private static BigInteger floorDivide(BigInteger x, BigInteger y) {
        BigInteger[] parts = x.divideAndRemainder(y);
        boolean down = parts[1].signum() != 0 && x.signum() != y.signum();
        return down ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    /** The double nearest to the exact quotient. */
    private static Object divide(BigInteger x, BigInteger y) {
        if (x.bitLength() <= 53 && y.bitLength() <= 53) {
            return x.doubleValue() / y.doubleValue();
        }
        // Enough digits that rounding twice cannot differ from rounding once, except for ties that 100 digits decide.
        double quotient = new BigDecimal(x)
                .divide(new BigDecimal(y), new MathContext(100))
                .doubleValue();
        if (Double.isInfinite(quotient)) {
            throw EvalError.failed("integer division result too large for a float");
        }
        return quotient;
    }

    private static Object power(BigInteger base, BigInteger exponent) {
        if (exponent.signum() < 0) {
            if (base.signum() == 0) {
                throw EvalError.failed("0.0 cannot be raised to a negative power");
            }
            return Math.pow(Numbers.toDouble(base), Numbers.toDouble(exponent));
        }
        if (base.bitLength() <= 1 && base.abs().compareTo(BigInteger.ONE) <= 0) {
            return Numbers.normalize(
                    base.signum() < 0 && !exponent.testBit(0)
                            ? BigInteger.ONE
                            : exponent.signum() == 0 ? BigInteger.ONE : base);
        }
        if (exponent.bitLength() > 31 || (long) base.bitLength() * exponent.intValue() > MAX_BITS) {
            throw EvalError.limit("an integer has more than " + MAX_BITS + " bits");
        }
        return checked(base.pow(exponent.intValue()));
    }

    private static Object onFloats(BinaryOperator operator, double x, double y) {
        if (operator == BinaryOperator.SUB) {
            return x - y;
        }
        if (operator == BinaryOperator.POW) {
            return power(x, y);
        }
        if (y == 0) {
            throw EvalError.failed("float division by zero");
        }
        if (operator == BinaryOperator.DIV) {
            return x / y;
        }
        double remainder = x % y;
        double quotient = (x - remainder) / y;
        if (remainder != 0) {
            if ((y < 0) != (remainder < 0)) {
                remainder += y;
                quotient -= 1;
            }
        } else {
            remainder = Math.copySign(0.0, y);
        }
        if (operator == BinaryOperator.MOD) {
            return remainder;
        }
        if (quotient == 0) {
            return Math.copySign(0.0, x / y);
        }
        double floor = Math.floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static Object power(double x, double y) {
        if (x == 1 || y == 0) {
            return 1.0;
        }
        if (x == 0 && y < 0) {
            throw EvalError.failed("0.0 cannot be raised to a negative power");
        }
        if (x < 0 && !Double.isInfinite(x) && !Double.isInfinite(y) && y != Math.rint(y)) {
            throw EvalError.unsupported("complex numbers");
        }
        if (x == -1 && Double.isInfinite(y)) {
            return 1.0;
        }
        double result = Math.pow(x, y);
        if (Double.isInfinite(result) && !Double.isInfinite(x) && !Double.isInfinite(y)) {
            throw EvalError.failed("(34, 'Numerical result out of range')");
        }
        return result;
    }

    static Object negate(Object value) {
        return switch (value) {
            case Double d -> -d;
            case Undefined undefined -> throw undefined.fail();
            default -> {
                if (!Numbers.isInteger(value)) {
                    throw EvalError.failed("bad operand type for unary -: '" + Types.name(value) + "'");
                }
                yield Numbers.normalize(Numbers.big(value).negate());
            }
        };
    }

    static Object plus(Object value) {
        return switch (value) {
            case Double d -> d;
            case Undefined undefined -> throw undefined.fail();
            default -> {
                if (!Numbers.isInteger(value)) {
                    throw EvalError.failed("bad operand type for unary +: '" + Types.name(value) + "'");
                }
                yield Numbers.normalize(Numbers.big(value));
            }
        };
    }

    private static Object checked(BigInteger value) {
        if (value.bitLength() > MAX_BITS) {
            throw EvalError.limit("an integer has more than " + MAX_BITS + " bits");
        }
        return Numbers.normalize(value);
    }

    private static EvalError mismatch(String operator, Object a, Object b) {
        if (a instanceof Undefined undefined) {
            return undefined.fail();
        }
        if (b instanceof Undefined undefined) {
            return undefined.fail();
        }
        return EvalError.failed("unsupported operand type(s) for " + operator + ": '" + Types.name(a) + "' and '"
                + Types.name(b) + "'");
    }
}
