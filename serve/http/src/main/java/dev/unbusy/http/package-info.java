/**
 * HTTP/1.1 servers of the gateway and the worker: connections, limits, streams and disconnects, on Netty's event loops.
 */
@NullMarked
package dev.unbusy.http;

import org.jspecify.annotations.NullMarked;
