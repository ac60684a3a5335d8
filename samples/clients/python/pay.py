#!/usr/bin/python3
"""Pays through the mesh as a client that knows nothing of it: gRPC with server reflection, no generated code.

Needs Debian's python3-grpcio and python3-protobuf. Asks the server for its services and their messages (reflection),
for its health, makes a payment, reads it back, and prints one JSON object:

  target, services, health, payment, events, read, status {code, message}, details, trailers, replayed

With --async the payment is accepted at once, and watched until the acquirer has decided: events has its states.

Exit code 0 when everything was answered with OK, 1 when a call failed, 2 when the arguments are wrong.
"""

import argparse
import base64
import json
import pathlib
import sys
import uuid

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

REFLECTION = "grpc.reflection.v1.ServerReflection"
SERVICE_CONFIG = pathlib.Path(__file__).resolve().parent.parent / "service-config.json"


def message_class(pool, name):
    descriptor = pool.FindMessageTypeByName(name)
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory(pool).GetPrototype(descriptor)


def reflection_messages():
    """The few messages of grpc.reflection.v1 that are needed to ask for all others."""
    file = descriptor_pb2.FileDescriptorProto(name="reflection.proto", package="grpc.reflection.v1", syntax="proto3")
    kinds = descriptor_pb2.FieldDescriptorProto

    def add(name, *fields):
        message = file.message_type.add(name=name)
        for field, number, kind, type_name, repeated in fields:
            message.field.add(
                name=field, number=number, type=kind, type_name=type_name,
                label=kinds.LABEL_REPEATED if repeated else kinds.LABEL_OPTIONAL)

    package = ".grpc.reflection.v1."
    add("ServerReflectionRequest",
        ("file_containing_symbol", 4, kinds.TYPE_STRING, None, False),
        ("list_services", 7, kinds.TYPE_STRING, None, False))
    add("ServiceResponse", ("name", 1, kinds.TYPE_STRING, None, False))
    add("ListServiceResponse", ("service", 1, kinds.TYPE_MESSAGE, package + "ServiceResponse", True))
    add("FileDescriptorResponse", ("file_descriptor_proto", 1, kinds.TYPE_BYTES, None, True))
    add("ErrorResponse", ("error_code", 1, kinds.TYPE_INT32, None, False), ("error_message", 2, kinds.TYPE_STRING, None, False))
    add("ServerReflectionResponse",
        ("file_descriptor_response", 4, kinds.TYPE_MESSAGE, package + "FileDescriptorResponse", False),
        ("list_services_response", 6, kinds.TYPE_MESSAGE, package + "ListServiceResponse", False),
        ("error_response", 7, kinds.TYPE_MESSAGE, package + "ErrorResponse", False))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_class(pool, "grpc.reflection.v1.ServerReflectionRequest"), \
        message_class(pool, "grpc.reflection.v1.ServerReflectionResponse")


class Server:
    """A server known by nothing but its address."""

    def __init__(self, channel, timeout):
        self.channel = channel
        self.timeout = timeout
        self.pool = descriptor_pool.DescriptorPool()
        self.loaded = set()
        self.request, response = reflection_messages()
        self.reflect = channel.stream_stream(
            f"/{REFLECTION}/ServerReflectionInfo", self.request.SerializeToString, response.FromString)

    def ask(self, **question):
        return next(self.reflect(iter([self.request(**question)]), timeout=self.timeout))

    def services(self):
        # An empty string in a field without presence would not be sent: any text asks for the list.
        return sorted(service.name for service in self.ask(list_services="*").list_services_response.service)

    def load(self, symbol):
        files = {}
        answer = self.ask(file_containing_symbol=symbol)
        for data in answer.file_descriptor_response.file_descriptor_proto:
            file = descriptor_pb2.FileDescriptorProto.FromString(data)
            files[file.name] = file
        if not files:
            sys.exit(f"pay.py: the server does not describe {symbol}: {answer.error_response.error_message}")

        def add(name):
            if name in self.loaded or name not in files:
                return
            self.loaded.add(name)
            for dependency in files[name].dependency:
                add(dependency)
            self.pool.Add(files[name])

        for name in list(files):
            add(name)

    def message(self, type_name, /, **fields):
        return json_format.ParseDict(fields, message_class(self.pool, type_name)())

    def call(self, service, method, request):
        descriptor = self.pool.FindServiceByName(service).FindMethodByName(method)
        rpc = self.channel.unary_unary(
            f"/{service}/{method}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=message_class(self.pool, descriptor.output_type.full_name).FromString)
        return rpc.with_call(request, timeout=self.timeout)

    def stream(self, service, method, request):
        descriptor = self.pool.FindServiceByName(service).FindMethodByName(method)
        rpc = self.channel.unary_stream(
            f"/{service}/{method}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=message_class(self.pool, descriptor.output_type.full_name).FromString)
        return rpc(request, timeout=self.timeout)


def metadata(pairs):
    return {key: base64.b64encode(value).decode() if isinstance(value, bytes) else value for key, value in pairs or ()}


def error_details(trailers):
    """google.rpc.Status of grpc-status-details-bin, as far as its details' messages are known."""
    for key, value in trailers or ():
        if key != "grpc-status-details-bin":
            continue
        status = descriptor_pb2.FileDescriptorProto(name="status.proto", package="google.rpc", syntax="proto3")
        status.dependency.append("google/protobuf/any.proto")
        kinds = descriptor_pb2.FieldDescriptorProto
        message = status.message_type.add(name="Status")
        message.field.add(name="code", number=1, type=kinds.TYPE_INT32, label=kinds.LABEL_OPTIONAL)
        message.field.add(name="message", number=2, type=kinds.TYPE_STRING, label=kinds.LABEL_OPTIONAL)
        message.field.add(name="details", number=3, type=kinds.TYPE_MESSAGE, type_name=".google.protobuf.Any",
                          label=kinds.LABEL_REPEATED)
        info = status.message_type.add(name="ErrorInfo")
        info.field.add(name="reason", number=1, type=kinds.TYPE_STRING, label=kinds.LABEL_OPTIONAL)
        info.field.add(name="domain", number=2, type=kinds.TYPE_STRING, label=kinds.LABEL_OPTIONAL)
        own = descriptor_pool.DescriptorPool()
        from google.protobuf import any_pb2
        own.AddSerializedFile(any_pb2.DESCRIPTOR.serialized_pb)
        own.Add(status)
        parsed = message_class(own, "google.rpc.Status").FromString(value)
        details = []
        for detail in parsed.details:
            entry = {"type": detail.type_url.rsplit("/", 1)[-1]}
            if entry["type"] == "google.rpc.ErrorInfo":
                error = message_class(own, "google.rpc.ErrorInfo").FromString(detail.value)
                entry.update(reason=error.reason, domain=error.domain)
            details.append(entry)
        return details
    return []


def open_channel(arguments):
    options = [("grpc.service_config", SERVICE_CONFIG.read_text()), ("grpc.enable_retries", 1)]
    if arguments.server_name:
        options += [("grpc.ssl_target_name_override", arguments.server_name), ("grpc.default_authority", arguments.server_name)]
    if arguments.plaintext:
        return grpc.insecure_channel(arguments.target, options)
    root = pathlib.Path(arguments.ca).read_bytes() if arguments.ca else None
    return grpc.secure_channel(arguments.target, grpc.ssl_channel_credentials(root), options)


def watch(server, name):
    """The states of a payment until it is decided. Who watches for long keeps the last event's cursor and goes on from it."""
    states = []
    events = server.stream("payments.v1.Payments", "WatchPayments", server.message("payments.v1.WatchPaymentsRequest"))
    for event in events:
        if event.payment.name != name:
            continue
        states.append(json_format.MessageToDict(event.payment)["state"])
        if states[-1] != "PROCESSING":
            break
    events.cancel()
    return states


def pay(server, arguments, result):
    result["services"] = server.services()
    server.load("grpc.health.v1.Health")
    server.load("payments.v1.Payments")
    health, _ = server.call("grpc.health.v1.Health", "Check",
                            server.message("grpc.health.v1.HealthCheckRequest", service="payments.v1.Payments"))
    result["health"] = json_format.MessageToDict(health).get("status")

    if arguments.get:
        name = arguments.get
    else:
        payment, call = server.call("payments.v1.Payments", "CreatePayment", server.message(
            "payments.v1.CreatePaymentRequest",
            idempotencyKey=arguments.key,
            processing="ASYNC" if arguments.asynchronous else "SYNC",
            payment={
                "amount": {"currencyCode": arguments.currency, "minorUnits": str(arguments.amount)},
                "paymentMethod": arguments.method,
                "captureMethod": "MANUAL" if arguments.manual else "AUTOMATIC",
                "description": arguments.description,
            }))
        result["payment"] = json_format.MessageToDict(payment)
        result["trailers"] = metadata(call.trailing_metadata())
        result["replayed"] = metadata(call.initial_metadata()).get("idempotent-replayed") == "true"
        name = payment.name
        if arguments.asynchronous:
            result["events"] = watch(server, name)

    read, call = server.call("payments.v1.Payments", "GetPayment", server.message("payments.v1.GetPaymentRequest", name=name))
    result["read"] = json_format.MessageToDict(read)
    result["trailers"] = result.get("trailers") or metadata(call.trailing_metadata())
    result["status"] = {"code": call.code().name, "message": call.details() or ""}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--target", required=True, metavar="HOST:PORT")
    parser.add_argument("--ca", metavar="FILE", help="PEM file of the root the server's certificate is checked against")
    parser.add_argument("--plaintext", action="store_true", help="h2c, without TLS")
    parser.add_argument("--server-name", metavar="NAME", help="SNI and :authority, when they differ from the target")
    parser.add_argument("--key", default=str(uuid.uuid4()), help="idempotency key (default: a new one)")
    parser.add_argument("--amount", type=int, default=1250, metavar="MINOR_UNITS")
    parser.add_argument("--currency", default="EUR")
    parser.add_argument("--method", default="pm_card_visa", metavar="TOKEN")
    parser.add_argument("--description", default="")
    parser.add_argument("--manual", action="store_true", help="authorize only")
    parser.add_argument("--async", dest="asynchronous", action="store_true", help="do not wait for the acquirer; watch the payment instead")
    parser.add_argument("--get", metavar="NAME", help="read this payment instead of making one")
    parser.add_argument("--timeout", type=float, default=10, metavar="SECONDS")
    parser.add_argument("--json", action="store_true", help="accepted for symmetry: the output always is JSON")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    result = {"target": arguments.target, "key": arguments.key}
    with open_channel(arguments) as channel:
        server = Server(channel, arguments.timeout)
        try:
            pay(server, arguments, result)
        except grpc.RpcError as error:
            trailers = error.trailing_metadata()
            result["status"] = {"code": error.code().name, "message": error.details()}
            result["trailers"] = metadata(trailers)
            result["details"] = error_details(trailers)
    print(json.dumps(result, indent=2))
    return 0 if result["status"]["code"] == "OK" else 1


if __name__ == "__main__":
    sys.exit(main())
