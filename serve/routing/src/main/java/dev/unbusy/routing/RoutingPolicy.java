package dev.unbusy.routing;

import dev.unbusy.text.Text;
import java.util.List;

/**
 * Decides which worker takes a request. Pure: it keeps no state between choices, so that the gateway, a test and the
 * simulator get the same answer from the same arguments. Never chooses a worker that is not ready.
 */
public interface RoutingPolicy {

    /** The name of the policy that serves best where nothing special is wanted. */
    String DEFAULT = "unbusy";

    /** The name in the configuration. */
    String name();

    /**
     * @param workers those that serve the request's model, in an order that does not change between choices
     * @param turn choices made before from this list; whatever is equally good is taken in turn by it
     */
    Choice choose(RequestFacts request, List<WorkerView> workers, long turn);

    /** Every policy that can be named. */
    static List<RoutingPolicy> all() {
        return List.of(new LeastCost(), new LongestPrefix(), new LeastWork(), new LeastConnections(), new RoundRobin());
    }

    /** @throws RoutingException where no policy has that name */
    static RoutingPolicy named(String name) {
        List<RoutingPolicy> all = all();
        for (RoutingPolicy policy : all) {
            if (policy.name().equals(name)) {
                return policy;
            }
        }
        String known = String.join(", ", all.stream().map(RoutingPolicy::name).toList());
        throw new RoutingException(
                "unknown-routing-policy",
                Text.of("There is no routing policy \"%s\".", "没有名为“%s”的路由策略。", name),
                Text.of("Use one of: %s.", "请使用以下之一：%s。", known));
    }
}
