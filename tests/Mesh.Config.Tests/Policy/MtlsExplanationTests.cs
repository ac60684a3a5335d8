using Mesh.Config.Model;
using static Mesh.Config.Tests.Policy.TestPolicy;

namespace Mesh.Config.Tests.Policy;

public sealed class MtlsExplanationTests
{
    private const string Yaml =
        """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: mesh, namespace: istio-system}
        spec: {mtls: {mode: STRICT}}
        ---
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: space, namespace: prod}
        spec: {mtls: {mode: UNSET}}
        ---
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: own, namespace: prod}
        spec: {selector: {matchLabels: {app: payments}}, portLevelMtls: {8081: {mode: PERMISSIVE}}}
        """;

    [Fact]
    public void The_mode_of_a_port_comes_with_the_policy_that_set_it()
    {
        var policy = Load(Yaml);
        Assert.Equal((MtlsMode.Strict, "PeerAuthentication istio-system/mesh"), (policy.Mtls(8080).Mode, policy.Mtls(8080).Reason));
        Assert.Equal((MtlsMode.Permissive, "PeerAuthentication prod/own for port 8081"), (policy.Mtls(8081).Mode, policy.Mtls(8081).Reason));
    }

    [Fact]
    public void Without_a_policy_both_are_accepted() =>
        Assert.Equal((MtlsMode.Permissive, "no PeerAuthentication sets a mode"), (Load("").Mtls(1).Mode, Load("").Mtls(1).Reason));
}
