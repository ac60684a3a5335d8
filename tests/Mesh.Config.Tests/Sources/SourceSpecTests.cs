using Mesh.Config.Registration;
using Mesh.Config.Sources;

namespace Mesh.Config.Tests.Sources;

public sealed class SourceSpecTests
{
    [Theory]
    [InlineData("file:/etc/mesh@eks-a", "/etc/mesh", "eks-a", false, null, null)]
    [InlineData("kube:/etc/kubeconfig@eks-a", "", "eks-a", true, "/etc/kubeconfig", null)]
    [InlineData("kube:/etc/kubeconfig#me@home@eks-a", "", "eks-a", true, "/etc/kubeconfig", "me@home")]
    [InlineData("kube:in-cluster@eks-a", "", "eks-a", true, null, null)]
    public void A_source_is_a_folder_or_an_api_server(
        string text, string folder, string cluster, bool isServer, string? kubeconfig, string? context)
    {
        var source = SourceSpec.Parse(text);

        Assert.Equal((folder, cluster), (source.Folder, source.Cluster));
        Assert.Equal((isServer, kubeconfig, context), (source.Server is not null, source.Server?.Kubeconfig, source.Server?.Context));
        Assert.Equal(text, source.ToString());
    }

    [Theory]
    [InlineData("/etc/mesh", "file:DIR@CLUSTER")]
    [InlineData("file:/etc/mesh", "file:DIR@CLUSTER")]
    [InlineData("kube:/etc/kubeconfig", "kube:KUBECONFIG#CONTEXT@CLUSTER")]
    [InlineData("kube:@eks-a", "kube:KUBECONFIG#CONTEXT@CLUSTER")]
    public void Another_form_is_refused_with_the_right_one(string text, string form) =>
        Assert.Contains(form, Assert.Throws<FormatException>(() => SourceSpec.Parse(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("file:/etc/mesh")]
    [InlineData("kube:in-cluster")]
    [InlineData("kube:/etc/kubeconfig#eks-a")]
    public void A_place_to_register_is_a_folder_or_an_api_server(string text) => Assert.Equal(text, RegistrySpec.Parse(text).ToString());

    [Theory]
    [InlineData("/etc/mesh")]
    [InlineData("kube:")]
    public void Another_place_to_register_is_refused(string text) =>
        Assert.Contains("kube:KUBECONFIG", Assert.Throws<FormatException>(() => RegistrySpec.Parse(text)).Message, StringComparison.Ordinal);
}
