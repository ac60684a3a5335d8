using Grpc.Core;

namespace Mesh.Payments.Tests.Support;

/// <summary>Calls that are expected to fail.</summary>
internal static class Rpc
{
    /// <summary>The code and the reason of the google.rpc.ErrorInfo of a call that must fail.</summary>
    public static async Task<(StatusCode Code, string? Reason, Google.Rpc.Status Status)> FailureAsync<T>(AsyncUnaryCall<T> call)
    {
        var exception = await Assert.ThrowsAsync<RpcException>(async () => await call);
        var status = exception.GetRpcStatus();
        Assert.NotNull(status);
        return (exception.StatusCode, status.GetDetail<Google.Rpc.ErrorInfo>()?.Reason, status);
    }
}
