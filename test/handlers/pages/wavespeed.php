<?php
/** By the steps of WaveSpeedAI's page "Verifying webhooks": three headers, age, version, raw bytes. */

if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
    http_response_code(405);
    exit;
}

$body = file_get_contents('php://input');
$id = $_SERVER['HTTP_WEBHOOK_ID'] ?? '';
$timestamp = $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? '';
$signature = $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? '';
$secret = preg_replace('/^whsec_/', '', getenv('WEBHOOK_SECRET'));

if ($id === '' || $timestamp === '' || $signature === '') {
    http_response_code(400);
    exit;
}
if (abs(time() - (int) $timestamp) > 300) {
    http_response_code(401);
    exit;
}
$parts = explode(',', $signature);
$expected = hash_hmac('sha256', "$id.$timestamp.$body", $secret);
if (count($parts) !== 2 || $parts[0] !== 'v3' || !hash_equals($expected, $parts[1])) {
    http_response_code(401);
    exit;
}
if (json_decode($body) === null) {
    http_response_code(400);
    exit;
}
http_response_code(200);
