package dev.unbusy.jinja;

import dev.unbusy.jinja.Syntax.Expr;
import dev.unbusy.jinja.Syntax.NameTarget;
import dev.unbusy.jinja.Syntax.NamespaceTarget;
import dev.unbusy.jinja.Syntax.Signature;
import dev.unbusy.jinja.Syntax.Stmt;
import dev.unbusy.jinja.Syntax.Target;
import dev.unbusy.jinja.Syntax.TupleTarget;
import dev.unbusy.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads statements: a template's tokens become a syntax tree. */
final class Parser {
    private static final int MAX_BLOCK_DEPTH = 100;

    private final TokenStream in;
    private final ExpressionParser expressions;
    private int depth;

    private Parser(TokenStream in) {
        this.in = in;
        this.expressions = new ExpressionParser(in);
    }

    static List<Stmt> parse(String source) {
        Parser parser = new Parser(new TokenStream(Lexer.tokenize(source)));
        return parser.statements();
    }

    /** Statements up to the end of the template or, in a block, to one of its end tags, whose name is then current. */
    private List<Stmt> statements(String... endTags) {
        if (++depth > MAX_BLOCK_DEPTH) {
            throw EvalError.syntax(in.line(), "blocks are nested more than " + MAX_BLOCK_DEPTH + " deep");
        }
        List<Stmt> body = new ArrayList<>();
        while (!in.is(Kind.END)) {
            int line = in.line();
            switch (in.current().kind()) {
                case DATA -> body.add(new Syntax.Text(in.next().text()));
                case VARIABLE_BEGIN -> {
                    in.next();
                    body.add(new Syntax.Output(expressions.parseTuple(), line));
                    in.expect(Kind.VARIABLE_END);
                }
                case BLOCK_BEGIN -> {
                    in.next();
                    if (in.is(Kind.NAME)
                            && Arrays.asList(endTags).contains(in.current().text())) {
                        depth--;
                        return body;
                    }
                    statement(body, endTags);
                    in.expect(Kind.BLOCK_END);
                }
                default ->
                    throw EvalError.syntax(line, "unexpected " + in.current().describe());
            }
        }
        if (endTags.length > 0) {
            throw EvalError.syntax(
                    in.line(), "Unexpected end of template, looking for '" + String.join("' or '", endTags) + "'");
        }
        depth--;
        return body;
    }

    /** The body of a block: what follows the opening tag, which may end with a colon. */
    private List<Stmt> body(String... endTags) {
        in.skipOperator(":");
        in.expect(Kind.BLOCK_END);
        return statements(endTags);
    }

    private List<Stmt> bodyUpTo(String endTag) {
        List<Stmt> body = body(endTag);
        in.next();
        return body;
    }

    private void statement(List<Stmt> out, String... endTags) {
        Token tag = in.current();
        if (tag.kind() != Kind.NAME) {
            throw EvalError.syntax(tag.line(), "tag name expected");
        }
        switch (tag.text()) {
            case "for" -> out.add(forLoop());
            case "if" -> out.add(ifChain());
            case "set" -> out.add(set());
            case "macro" -> out.add(macro());
            case "call" -> out.add(callBlock());
            case "filter" -> out.add(filterBlock());
            case "with" -> out.add(with());
            case "print" -> print(out);
            case "generation" -> {
                in.next();
                Signature none = new Signature(List.of(), List.of());
                out.add(new Syntax.CallBlock(null, none, bodyUpTo("endgeneration"), tag.line()));
            }
            case "break", "continue" ->
                out.add(new Syntax.LoopControl(in.next().text().equals("break"), tag.line()));
            case "block", "extends", "include", "import", "from", "autoescape" ->
                throw EvalError.unsupported(tag.line(), "tag '" + tag.text() + "'");
            default ->
                throw EvalError.syntax(
                        tag.line(),
                        "Encountered unknown tag '" + tag.text() + "'"
                                + (endTags.length == 0
                                        ? ""
                                        : ", looking for '" + String.join("' or '", endTags) + "'"));
        }
    }

    private Stmt forLoop() {
        int line = in.next().line();
        Target target = target(expressions.parseTargetTuple("in", expressions::primary), line);
        in.expectName("in");
        Expr iterable = expressions.parseTupleWithoutConditional("recursive");
        Expr test = in.skipName("if") ? expressions.parse() : null;
        boolean recursive = in.skipName("recursive");
        List<Stmt> body = body("endfor", "else");
        List<Stmt> otherwise = in.next().isName("endfor") ? List.of() : bodyUpTo("endfor");
        return new Syntax.For(target, iterable, test, recursive, body, otherwise, line);
    }

    private Stmt ifChain() {
        int line = in.next().line();
        Expr test = expressions.parseTupleWithoutConditional(null);
        List<Stmt> body = body("elif", "else", "endif");
        List<Syntax.If> elifs = new ArrayList<>();
        while (in.isName("elif")) {
            int elifLine = in.next().line();
            Expr elifTest = expressions.parseTupleWithoutConditional(null);
            elifs.add(new Syntax.If(elifTest, body("elif", "else", "endif"), List.of(), List.of(), elifLine));
        }
        List<Stmt> otherwise = in.next().isName("else") ? bodyUpTo("endif") : List.of();
        return new Syntax.If(test, body, elifs, otherwise, line);
    }

    private Stmt set() {
        int line = in.next().line();
        Target target = target(expressions.parseTargetTuple(null, this::namespaceOrPrimary), line);
        if (in.skipOperator("=")) {
            return new Syntax.Assign(target, expressions.parseTuple(), line);
        }
        Syntax.Filter filter = null;
        while (in.skipOperator("|")) {
            filter = expressions.filter(filter);
        }
        return new Syntax.AssignBlock(target, filter, bodyUpTo("endset"), line);
    }

    private Expr namespaceOrPrimary() {
        Expr primary = expressions.primary();
        if (primary instanceof Syntax.Name name && in.skipOperator(".")) {
            return new Syntax.NamespaceRef(name.name(), in.expectName().text());
        }
        return primary;
    }

    private Stmt macro() {
        int line = in.next().line();
        String name = in.expectName().text();
        checkAssignable(name, line);
        Signature signature = signature();
        return new Syntax.MacroDef(name, signature, bodyUpTo("endmacro"), line);
    }

    private Signature signature() {
        List<String> parameters = new ArrayList<>();
        List<Expr> defaults = new ArrayList<>();
        in.expectOperator("(");
        while (!in.isOperator(")")) {
            if (!parameters.isEmpty()) {
                in.expectOperator(",");
            }
            int line = in.line();
            String name = in.expectName().text();
            checkAssignable(name, line);
            if (parameters.contains(name)) {
                throw EvalError.syntax(line, "duplicate parameter '" + name + "'");
            }
            parameters.add(name);
            if (in.skipOperator("=")) {
                defaults.add(expressions.parse());
            } else if (!defaults.isEmpty()) {
                throw EvalError.syntax(line, "non-default argument follows default argument");
            }
        }
        in.expectOperator(")");
        return new Signature(parameters, defaults);
    }

    private Stmt callBlock() {
        int line = in.next().line();
        Signature signature = in.isOperator("(") ? signature() : new Signature(List.of(), List.of());
        if (!(expressions.parse() instanceof Syntax.Call call)) {
            throw EvalError.syntax(line, "expected call");
        }
        return new Syntax.CallBlock(call, signature, bodyUpTo("endcall"), line);
    }

    private Stmt filterBlock() {
        int line = in.next().line();
        Syntax.Filter filter = expressions.filter(null);
        while (in.skipOperator("|")) {
            filter = expressions.filter(filter);
        }
        return new Syntax.FilterBlock(filter, bodyUpTo("endfilter"), line);
    }

    private Stmt with() {
        int line = in.next().line();
        List<Target> targets = new ArrayList<>();
        List<Expr> values = new ArrayList<>();
        while (!in.is(Kind.BLOCK_END)) {
            if (!targets.isEmpty()) {
                in.expectOperator(",");
            }
            targets.add(target(expressions.parseTargetTuple(null, expressions::primary), line));
            in.expectOperator("=");
            values.add(expressions.parse());
        }
        return new Syntax.With(targets, values, bodyUpTo("endwith"), line);
    }

    private void print(List<Stmt> out) {
        int line = in.next().line();
        boolean first = true;
        while (!in.is(Kind.BLOCK_END)) {
            if (!first) {
                in.expectOperator(",");
            }
            first = false;
            out.add(new Syntax.Output(expressions.parse(), line));
        }
    }

    private static Target target(Expr expr, int line) {
        return switch (expr) {
            case Syntax.Name name -> {
                checkAssignable(name.name(), name.line());
                yield new NameTarget(name.name(), name.line());
            }
            case Syntax.NamespaceRef ref -> new NamespaceTarget(ref.name(), ref.attribute());
            case Syntax.TupleOf tuple ->
                new TupleTarget(
                        tuple.items().stream().map(item -> target(item, line)).toList());
            default -> throw EvalError.syntax(line, "can't assign to this expression");
        };
    }

    private static void checkAssignable(String name, int line) {
        if (List.of("true", "false", "none", "True", "False", "None").contains(name)) {
            throw EvalError.syntax(line, "can't assign to '" + name + "'");
        }
    }
}
