"""A loopback relay that counts AWS operations on their way to the sandbox, and changes nothing."""

import http.client
import http.server
import threading
import urllib.parse


class CountingProxy:
    """Listens on a port of its own; `calls` tells how often each form-encoded `Action` went by."""

    def __init__(self, upstream: str):
        self.calls: dict[str, int] = {}
        lock = threading.Lock()
        calls, target = self.calls, urllib.parse.urlsplit(upstream).netloc

        class Relay(http.server.BaseHTTPRequestHandler):
            """One request to the sandbox and its answer back, headers as they are: signatures cover them."""

            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                for action in urllib.parse.parse_qs(body.decode()).get("Action", []):
                    with lock:
                        calls[action] = calls.get(action, 0) + 1
                upstream_call = http.client.HTTPConnection(target)
                upstream_call.putrequest("POST", self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    upstream_call.putheader(name, value)
                upstream_call.endheaders(body)
                answer = upstream_call.getresponse()
                content = answer.read()
                self.send_response_only(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
                upstream_call.close()

            def log_message(self, *_args) -> None:
                """Says nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Relay)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> "CountingProxy":
        self._thread.start()
        return self

    def __exit__(self, *_error) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
