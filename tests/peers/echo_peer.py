#!/usr/bin/python3
"""The test service Echo with Debian's grpcio, without generated code.

  echo_peer.py serve DESCRIPTOR                      prints its port, then a line "cancelled" for each call that was called off
  echo_peer.py call DESCRIPTOR TARGET HOST [ROOT]    makes calls of every kind through a proxy, prints what it saw as JSON

DESCRIPTOR is a FileDescriptorProto in base64, HOST the authority that is asked for, ROOT a file with the root certificate: then
the connection is TLS.
"""

import base64
import json
import sys
import threading
from concurrent import futures

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
SERVICE = "mesh.tests.Echo"


def messages(descriptor):
    pool = descriptor_pool.DescriptorPool()
    pool.Add(descriptor_pb2.FileDescriptorProto.FromString(base64.b64decode(descriptor)))

    def of(name):
        found = pool.FindMessageTypeByName("mesh.tests." + name)
        if hasattr(message_factory, "GetMessageClass"):
            return message_factory.GetMessageClass(found)
        return message_factory.MessageFactory(pool).GetPrototype(found)

    return of("EchoRequest"), of("EchoReply")


def serve(descriptor):
    request_type, reply_type = messages(descriptor)

    def hang(context):
        ended = threading.Event()
        # False when the call is over already.
        if context.add_callback(ended.set):
            ended.wait()
        print("cancelled", flush=True)

    def answer(request, context):
        if request.hang:
            hang(context)
        if request.fail_with:
            context.abort(list(grpc.StatusCode)[[code.value[0] for code in grpc.StatusCode].index(request.fail_with)], "asked to fail")
        return reply_type(text=request.text, server="python")

    def unary(request, context):
        reply = answer(request, context)
        echoed = [(key, value) for key, value in context.invocation_metadata() if key.startswith("echo-")]
        context.set_trailing_metadata([("x-trailer", "end")] + echoed)
        return reply

    def chat(requests, context):
        context.send_initial_metadata([("x-early", "yes")])
        context.set_trailing_metadata([("x-trailer", "end")])
        for request in requests:
            yield answer(request, context)

    def download(request, context):
        for _ in range(request.count):
            yield reply_type(text=request.text)
        if request.hang:
            hang(context)

    def upload(requests, context):
        return reply_type(text=str(sum(len(request.text) for request in requests)), server="python")

    def handler(make, function):
        return make(function, request_deserializer=request_type.FromString, response_serializer=reply_type.SerializeToString)

    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16), options=OPTIONS)
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE, {
        "Unary": handler(grpc.unary_unary_rpc_method_handler, unary),
        "Chat": handler(grpc.stream_stream_rpc_method_handler, chat),
        "Download": handler(grpc.unary_stream_rpc_method_handler, download),
        "Upload": handler(grpc.stream_unary_rpc_method_handler, upload),
    })])
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    # Ends with whoever started it.
    sys.stdin.read()


def call(descriptor, target, host, root=None):
    request_type, reply_type = messages(descriptor)
    options = OPTIONS + [("grpc.default_authority", host), ("grpc.enable_http_proxy", 0)]
    if root:
        with open(root, "rb") as file:
            channel = grpc.secure_channel(target, grpc.ssl_channel_credentials(file.read()), options)
    else:
        channel = grpc.insecure_channel(target, options)

    def method(kind, name):
        return getattr(channel, kind)(
            f"/{SERVICE}/{name}", request_serializer=request_type.SerializeToString, response_deserializer=reply_type.FromString)

    unary, chat = method("unary_unary", "Unary"), method("stream_stream", "Chat")
    download, upload = method("unary_stream", "Download"), method("stream_unary", "Upload")

    def status(action):
        try:
            action()
            return "OK", ""
        except grpc.RpcError as error:
            return error.code().name, error.details()

    seen = {}
    reply, made = unary.with_call(
        request_type(text="hello"), metadata=[("echo-a", "b"), ("echo-bytes-bin", bytes(range(256)))], timeout=60)
    trailers = dict(made.trailing_metadata())
    seen["unary"] = [reply.text, trailers["x-trailer"], trailers["echo-a"], trailers["echo-bytes-bin"] == bytes(range(256))]
    seen["download"] = len(list(download(request_type(text="part", count=5), timeout=60)))
    seen["upload"] = upload(iter([request_type(text="part")] * 10), timeout=60).text
    seen["large"] = len(unary(request_type(text="x" * (6 << 20)), timeout=60).text)
    seen["gzip"] = unary(request_type(text="y" * 10000), timeout=60, compression=grpc.Compression.Gzip).text == "y" * 10000

    # The headers come before anything is said, and each answer before the next question.
    asked = threading.Semaphore(0)
    questions = iter(range(3))

    def ask():
        for number in questions:
            asked.acquire()
            yield request_type(text=str(number))
        asked.acquire()

    conversation = chat(ask(), timeout=60)
    early = dict(conversation.initial_metadata()).get("x-early")
    answers = []
    for _ in range(3):
        asked.release()
        answers.append(next(conversation).text)
    asked.release()
    rest = len(list(conversation))
    seen["chat"] = [early, *answers, rest, dict(conversation.trailing_metadata()).get("x-trailer")]

    seen["failure"] = status(lambda: unary(request_type(fail_with=9), timeout=60))
    seen["deadline"] = status(lambda: unary(request_type(hang=True), timeout=1))[0]
    hanging = download(request_type(text="part", count=1, hang=True), timeout=60)
    next(hanging)
    hanging.cancel()
    seen["cancelled"] = hanging.code().name
    seen["unknown"] = status(lambda: method("unary_unary", "Nothing")(request_type(), timeout=60))[0]
    print(json.dumps(seen))


if __name__ == "__main__":
    {"serve": serve, "call": call}[sys.argv[1]](*sys.argv[2:])
