using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Mesh.Istiod.Protos;
using Xunit;

namespace Mesh.Istiod.Tests.Ca;

/// <summary>Sends the recorded bytes to our CA and compares what comes back with what istiod answered.</summary>
public sealed class RecordedCallsTests
{
    private static readonly Method<byte[], IstioCertificateResponse> CreateCertificate = new(
        MethodType.Unary,
        "istio.v1.auth.IstioCertificateService",
        "CreateCertificate",
        Marshallers.Create(bytes => bytes, bytes => bytes),
        Marshallers.Create(_ => throw new NotSupportedException(), IstioCertificateResponse.Parser.ParseFrom));

    /// <summary>Label to reason; everything else must be answered as istiod did.</summary>
    private static readonly Dictionary<string, string> Deviations = new()
    {
        ["CSR: Ed25519"] = "the framework cannot verify an Ed25519 signature, so the request is refused",
        ["token of cluster eks-b, clusterid eks-a"] = "token files belong to no cluster",
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_recorded_call_is_answered_as_istiod_answered_it()
    {
        Assert.SkipUnless(RecordedCalls.Exist, RecordedCalls.Missing);
        await using var server = await TestCaServer.StartAsync(Cancel, "eks-a", "eks-b");
        server.Tokens.Write("prod/legacy-billing", "<token legacy-billing>");
        server.Tokens.Write("prod/checkout", "<token checkout>");
        server.Tokens.Write("prod/payments", "<token eks-b-payments>");
        var billing = server.Ca.Issue(TestCaServer.Billing);
        var differences = new List<string>();

        foreach (var call in RecordedCalls.Load().Where(call => !Deviations.ContainsKey(call.Label)))
        {
            var (code, message, chain) = await SendAsync(server, call, call.ClientCertificate is null ? null : billing.Context);
            if (code != call.Code || message != call.Message)
                differences.Add($"{call.Label}: {code} '{message}' instead of {call.Code} '{call.Message}'");
            else if (code == StatusCode.OK)
                differences.AddRange(Compare(call, chain));
        }

        Assert.Equal("", string.Join("\n\n", differences));
    }

    [Fact]
    public async Task An_ed25519_request_is_refused_with_what_to_use_instead()
    {
        Assert.SkipUnless(RecordedCalls.Exist, RecordedCalls.Missing);
        await using var server = await TestCaServer.StartAsync(Cancel);
        server.Tokens.Write("prod/legacy-billing", "<token legacy-billing>");
        var call = RecordedCalls.Load().Single(call => call.Label == "CSR: Ed25519");

        var (code, message, _) = await SendAsync(server, call, null);

        Assert.Equal(StatusCode.InvalidArgument, code);
        Assert.Contains("use RSA or ECDSA", message, StringComparison.Ordinal);
    }

    private static async Task<(StatusCode Code, string Message, IReadOnlyList<string> Chain)> SendAsync(
        TestCaServer server, RecordedCall call, SslStreamCertificateContext? certificate)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(server.Ca.Authority.Roots);
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = policy,
                ClientCertificateContext = certificate,
            },
        };
        using var channel = GrpcChannel.ForAddress($"https://localhost:{server.EndPoint.Port}", new GrpcChannelOptions { HttpHandler = handler });
        var headers = new Metadata();
        foreach (var (key, value) in call.Metadata) headers.Add(key, value);
        try
        {
            var answer = await channel.CreateCallInvoker().AsyncUnaryCall(
                CreateCertificate, null, new CallOptions(headers, cancellationToken: Cancel), call.Request);
            return (StatusCode.OK, "", [.. answer.CertChain]);
        }
        catch (RpcException exception)
        {
            return (exception.StatusCode, exception.Status.Detail, []);
        }
    }

    private static IEnumerable<string> Compare(RecordedCall call, IReadOnlyList<string> chain)
    {
        if (chain.Count != call.Chain.Count)
        {
            yield return $"{call.Label}: {chain.Count} elements instead of {call.Chain.Count}";
            yield break;
        }

        for (var index = 0; index < chain.Count; index++)
        {
            using var theirs = X509Certificate2.CreateFromPem(call.Chain[index]);
            using var ours = X509Certificate2.CreateFromPem(chain[index]);
            var (expected, actual) = (CertificateShape.Of(theirs), CertificateShape.Of(ours));
            // A root made here is valid from a little before now, too.
            if (index > 0) (expected, actual) = (WithoutValidity(expected), WithoutValidity(actual));
            if (expected != actual) yield return $"{call.Label}, element {index}:\n{actual}instead of\n{expected}";
            if (index == 0 && !theirs.PublicKey.EncodedKeyValue.RawData.SequenceEqual(ours.PublicKey.EncodedKeyValue.RawData))
                yield return $"{call.Label}: another key";
            if (chain[index].EndsWith('\n') != call.Chain[index].EndsWith('\n')) yield return $"{call.Label}, element {index}: the last newline";
        }
    }

    private static string WithoutValidity(string shape) =>
        string.Join('\n', shape.Split('\n').Where(line => !line.StartsWith("valid for", StringComparison.Ordinal)));
}
