using Grpc.Core;
using Mesh.Hosting;

namespace Mesh.Istiod.Xds;

/// <summary>What goes into <c>error_detail</c>.</summary>
internal static class AdsErrors
{
    /// <summary>Characters; a reason is for people.</summary>
    public const int MessageLimit = 1024;

    /// <remarks>INTERNAL is what Istio's own agent says.</remarks>
    public static Protos.Xds.Status Detail(string message)
    {
        var cut = message.Length <= MessageLimit ? message : message[..MessageLimit];
        // Half a surrogate pair cannot be written as UTF-8.
        if (cut.Length > 0 && char.IsHighSurrogate(cut[^1])) cut = cut[..^1];
        Invariant.Holds(cut.Length <= MessageLimit, $"a reason has {cut.Length} characters");
        return new Protos.Xds.Status { Code = (int)StatusCode.Internal, Message = cut };
    }
}
