using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace SandboxAcquirer;

/// <summary>What acquirer.v1 says in place of an operation; each means that nothing was done.</summary>
internal static class AcquirerErrors
{
    private const string Domain = "acquirer.v1";

    public static RpcException NotFound(string id) => New(Code.NotFound, "OPERATION_NOT_FOUND", $"there is no operation {id}");

    public static RpcException NotAccepted(string id) => New(Code.Unavailable, "NOT_ACCEPTED", $"operation {id} was turned away; send it again later");

    public static RpcException Mismatch(string id) =>
        New(Code.AlreadyExists, "OPERATION_MISMATCH", $"operation {id} was sent before with other parameters");

    public static RpcException Invalid(string message) => New(Code.InvalidArgument, "INVALID_OPERATION", message);

    private static RpcException New(Code code, string reason, string message) => new Google.Rpc.Status
    {
        Code = (int)code,
        Message = message,
        Details = { Any.Pack(new ErrorInfo { Domain = Domain, Reason = reason }) },
    }.ToRpcException();
}
