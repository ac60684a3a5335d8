"""Calls CreateCertificate with grpcio and messages encoded by hand, and prints what came back.

Usage: create_certificate.py PORT ROOT_FILE TOKEN CSR_FILE
Prints the gRPC status name, then the PEM blocks of the response or the status text.
"""
import sys

import grpc


def field(number, payload):
    """A length-delimited protobuf field."""
    length = len(payload)
    varint = b""
    while length > 0x7F:
        varint += bytes([length & 0x7F | 0x80])
        length >>= 7
    return bytes([number << 3 | 2]) + varint + bytes([length]) + payload


def strings(message):
    """The payloads of a message that has only length-delimited fields."""
    position = 0
    while position < len(message):
        position += 1
        length = shift = 0
        while True:
            byte = message[position]
            position += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        yield message[position:position + length].decode()
        position += length


port, root_file, token, csr_file = sys.argv[1:]
with open(root_file, "rb") as file:
    credentials = grpc.ssl_channel_credentials(file.read())
with open(csr_file, "rb") as file:
    request = field(1, file.read())
name = (("grpc.ssl_target_name_override", "istiod.istio-system.svc"),)
with grpc.secure_channel(f"127.0.0.1:{port}", credentials, name) as channel:
    call = channel.unary_unary("/istio.v1.auth.IstioCertificateService/CreateCertificate")
    try:
        response = call(request, metadata=(("authorization", f"Bearer {token}"),), timeout=30)
        print("OK")
        print("".join(strings(response)))
    except grpc.RpcError as error:
        print(error.code().name)
        print(error.details())
