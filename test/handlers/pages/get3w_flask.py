"""In the way of Get3W's page "Verify Webhooks", its sample for Flask: over the raw bytes."""

import hashlib
import hmac
import os

from flask import Flask, request
from werkzeug.serving import make_server

app = Flask(__name__)
secret = os.environ["WEBHOOK_SECRET"]


@app.route("/webhooks", methods=["POST"])
def handle_webhook():
    signature = request.headers.get("X-Get3W-Signature")
    expected = hmac.new(secret.encode(), request.get_data(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(signature, expected):
        return "Invalid signature", 401
    request.json
    return "", 200


server = make_server("127.0.0.1", 0, app)
print(f"http://127.0.0.1:{server.server_port}/webhooks", flush=True)
server.serve_forever()
