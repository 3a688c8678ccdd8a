"""NGINX as the peer of the gateway: one worker process, least_conn, proxy_buffering off, keep-alive upstreams, no log."""
import os

CONFIGURATION = """daemon off; worker_processes 1; pid {dir}/pid; error_log {dir}/error.log;
events {{ worker_connections 40000; }}
http {{ access_log off; client_body_temp_path {dir}; proxy_temp_path {dir}; fastcgi_temp_path {dir}; uwsgi_temp_path {dir};
scgi_temp_path {dir}; keepalive_requests 100000000; client_body_buffer_size 64k;
upstream w {{ least_conn; {servers} keepalive 2000; keepalive_requests 100000000; }}
server {{ listen 127.0.0.1:{port} backlog=16384; location / {{ proxy_pass http://w; proxy_http_version 1.1;
proxy_set_header Connection ""; proxy_buffering off; proxy_read_timeout 600s; }} }} }}
"""


def command(nginx, directory, port, upstreams):
    """What starts it on a loopback port before these HOST:PORT; its files go into the directory."""
    path = os.path.join(directory, "nginx.conf")
    with open(path, "w") as out:
        out.write(CONFIGURATION.format(dir=directory, port=port,
                                       servers=" ".join(f"server {upstream};" for upstream in upstreams)))
    return [nginx, "-p", directory, "-c", path]
