using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using Mesh.Config.Model;
using Mesh.Config.Policy;
using Mesh.Config.Resources.Security;
using Mesh.Config.Tests.Support;

namespace Mesh.Config.Tests.Policy;

/// <summary>Policies of the workload <c>app: payments</c> in namespace prod, and requests to it.</summary>
internal static class TestPolicy
{
    public static readonly ImmutableSortedDictionary<string, string> Payments = TestMesh.Labels(("app", "payments"));

    public static WorkloadPolicy Load(string yaml, MeshModelOptions? options = null) => Load(yaml, "prod", Payments, options);

    public static WorkloadPolicy Load(
        string yaml, string workloadNamespace, ImmutableSortedDictionary<string, string> labels, MeshModelOptions? options = null) =>
        TestMesh.Load(options, ("eks-a", yaml))
            .ViewFrom(new ProxyScope { Cluster = "eks-a", Namespace = workloadNamespace, Labels = labels }).Policy;

    /// <summary>A policy of namespace prod with the given lines under <c>spec</c>.</summary>
    public static string Authorization(string spec, string name = "p", string policyNamespace = "prod") =>
        $"apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {{name: {name}, namespace: {policyNamespace}}}\nspec: {spec}\n---\n";

    public static string Authentication(string spec, string name = "jwt", string policyNamespace = "prod") =>
        $"apiVersion: security.istio.io/v1\nkind: RequestAuthentication\nmetadata: {{name: {name}, namespace: {policyNamespace}}}\nspec: {spec}\n---\n";

    public static PolicyRequest Get(string path = "/") => new()
    {
        Method = "GET",
        Path = path,
        Authority = "payments:8080",
        DestinationPort = 8080,
        SourceAddress = IPAddress.Parse("10.0.1.31"),
        DestinationAddress = IPAddress.Parse("10.0.1.11"),
        PeerIdentity = "spiffe://cluster.local/ns/prod/sa/checkout",
    };

    public static PolicyRequest WithHeaders(this PolicyRequest request, params (string Name, string Value)[] headers) =>
        request with { Header = name => headers.FirstOrDefault(header => header.Name == name).Value };

    public static JwtClaims Claims(string json, params string[] spaceDelimited)
    {
        using var document = JsonDocument.Parse(json);
        return new JwtClaims(document.RootElement.Clone(), [.. spaceDelimited]);
    }

    /// <summary>A token here is <c>issuer!subject</c>, or <c>issuer!FAILURE</c> for one that fails.</summary>
    public sealed class Validator : IJwtValidator
    {
        public JwtValidation Validate(string token, JwtRule rule)
        {
            if (token.Split('!') is not [var issuer, var subject]) return JwtValidation.Invalid(JwtFailure.Malformed);
            if (rule.Issuer != issuer) return JwtValidation.Invalid(JwtFailure.WrongIssuer);
            return Enum.TryParse<JwtFailure>(subject, out var failure)
                ? JwtValidation.Invalid(failure)
                : JwtValidation.Valid(Claims($$"""{"iss":"{{issuer}}","sub":"{{subject}}","level":3}"""));
        }
    }
}
