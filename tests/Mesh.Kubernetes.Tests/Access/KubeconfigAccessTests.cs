using System.Text;
using Mesh.Aws.Credentials;
using Mesh.Kubernetes.Access;
using Mesh.Kubernetes.Tests.Support;
using Mesh.Kubernetes.Transport;

namespace Mesh.Kubernetes.Tests.Access;

public sealed class KubeconfigAccessTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mesh-kubeconfig-").FullName;
    private readonly TestCertificates _certificates = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_token_and_the_authority_of_the_file_are_used()
    {
        await using var server = await EchoServer.StartAsync(_certificates.Server());
        var file = Write("config", Config(server.Address, "{token: secret-1, as: jane, as-groups: [dev]}"));

        await CallAsync(KubeconfigAccess.FromFiles(file));

        Assert.Equal("Bearer secret-1", server.Authorizations.Single());
        Assert.Equal("jane/dev", server.Impersonated.Single());
    }

    [Fact]
    public async Task A_server_of_another_authority_is_not_trusted()
    {
        await using var server = await EchoServer.StartAsync(new TestCertificates().Server());
        var file = Write("config", Config(server.Address, "{token: secret-1}"));

        await Assert.ThrowsAsync<HttpRequestException>(() => CallAsync(KubeconfigAccess.FromFiles(file)));
        Assert.Empty(server.Authorizations);
    }

    [Fact]
    public async Task A_server_of_the_right_authority_with_another_name_is_not_trusted()
    {
        await using var server = await EchoServer.StartAsync(_certificates.Server("elsewhere.example.com"));
        var file = Write("config", Config(server.Address, "{token: secret-1}"));
        var named = Write("named", Config(server.Address, "{token: secret-1}", cluster: ", tls-server-name: elsewhere.example.com"));

        await Assert.ThrowsAsync<HttpRequestException>(() => CallAsync(KubeconfigAccess.FromFiles(file)));
        await CallAsync(KubeconfigAccess.FromFiles(named));

        Assert.Single(server.Authorizations);
    }

    [Fact]
    public async Task A_client_certificate_is_shown()
    {
        await using var server = await EchoServer.StartAsync(_certificates.Server());
        var (certificate, key) = _certificates.Client("jane");
        Write("jane.pem", certificate);
        Write("jane-key.pem", key);
        var data = Write("data", Config(
            server.Address, $"{{client-certificate-data: {TestCertificates.Base64(certificate)}, client-key-data: {TestCertificates.Base64(key)}}}"));
        // Paths are relative to the file's own folder.
        var files = Write("files", Config(server.Address, "{client-certificate: jane.pem, client-key: jane-key.pem}"));

        await CallAsync(KubeconfigAccess.FromFiles(data));
        await CallAsync(KubeconfigAccess.FromFiles(files));

        Assert.Equal(["CN=jane", "CN=jane"], server.Clients);
    }

    [Fact]
    public async Task A_token_file_is_read_again_when_the_token_is_refused()
    {
        await using var server = await EchoServer.StartAsync(_certificates.Server());
        Write("token", "old\n");
        var access = KubeconfigAccess.FromFiles(Write("config", Config(server.Address, "{tokenFile: token}")));
        using var http = ApiTransport.Open(access);
        server.Refused["Bearer old"] = true;

        using var refused = await http.GetAsync(new Uri("version", UriKind.Relative), Token);
        Write("token", "new\n");
        using var accepted = await http.GetAsync(new Uri("version", UriKind.Relative), Token);

        Assert.Equal([401, 200], new[] { (int)refused.StatusCode, (int)accepted.StatusCode });
        Assert.Equal("Bearer new", server.Authorizations.Last());
    }

    [Fact]
    public async Task A_plugin_is_run_for_a_token_with_its_variables_and_in_its_folder()
    {
        await using var server = await EchoServer.StartAsync(_certificates.Server());
        var plugin = Write("plugin.sh", """
            #!/bin/sh
            case "$KUBERNETES_EXEC_INFO" in *ExecCredential*) ;; *) echo "no info" >&2; exit 3;; esac
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'"$PREFIX-$1"'"}}'
            """.ReplaceLineEndings("\n"));
        File.SetUnixFileMode(plugin, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var exec = "{exec: {apiVersion: client.authentication.k8s.io/v1, command: ./plugin.sh, args: [one], env: [{name: PREFIX, value: made}]}}";

        await CallAsync(KubeconfigAccess.FromFiles(Write("config", Config(server.Address, exec))));

        Assert.Equal("Bearer made-one", server.Authorizations.Single());
    }

    [Theory]
    [InlineData("{exec: {apiVersion: client.authentication.k8s.io/v1, command: does-not-exist-here, installHint: get it}}", "get it")]
    [InlineData("{exec: {apiVersion: client.authentication.k8s.io/v1, command: 'false'}}", "exit code 1")]
    public async Task A_plugin_that_does_not_work_is_told_with_file_and_context(string user, string expected)
    {
        var file = Write("config", Config(new Uri("https://127.0.0.1:1"), user));

        var error = await Assert.ThrowsAsync<ClusterAccessException>(() => CallAsync(KubeconfigAccess.FromFiles(file)));

        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.Contains("context here", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("aws", "[--region, eu-west-1, eks, get-token, --cluster-name, prod, --output, json]")]
    [InlineData("/usr/local/bin/aws", "[eks, get-token, --cluster-name=prod, --region=eu-west-1]")]
    [InlineData("aws-iam-authenticator", "[token, -i, prod, --region, eu-west-1]")]
    public async Task Eks_users_need_no_program_even_where_programs_are_refused(string command, string args)
    {
        var text = Config(
            new Uri("https://example.gr7.eu-west-1.eks.amazonaws.com"),
            $"{{exec: {{apiVersion: client.authentication.k8s.io/v1beta1, command: {command}, args: {args}}}}}");

        var access = KubeconfigAccess.FromText(text, "Secret istio-system/b, key b", null, Untrusted);
        var credentials = await access.Credentials.GetAsync(Token);

        var url = Url(credentials);
        Assert.StartsWith("https://sts.eu-west-1.amazonaws.com/", url, StringComparison.Ordinal);
        Assert.Contains("x-k8s-aws-id", url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_region_of_an_eks_user_comes_from_the_server_if_nothing_else_tells_it()
    {
        var text = Config(
            new Uri("https://example.gr7.ap-south-1.eks.amazonaws.com"),
            "{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: aws, args: [eks, get-token, --cluster-name, prod]}}");

        var access = KubeconfigAccess.FromText(text, "text", null, Untrusted);

        Assert.StartsWith("https://sts.ap-south-1.amazonaws.com/", Url(await access.Credentials.GetAsync(Token)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, args: [-c, id]}}", "programs are not run")]
    [InlineData("{exec: {apiVersion: client.authentication.k8s.io/v1, command: aws, args: [eks, get-token, --cluster-name, c, --role-arn, 'arn:x']}}", "programs are not run")]
    [InlineData("{exec: {apiVersion: client.authentication.k8s.io/v1, command: aws, args: [eks, get-token, --cluster-name, c], env: [{name: AWS_ENDPOINT_URL_STS, value: 'http://x'}]}}", "programs are not run")]
    [InlineData("{token: a, as: jane, as-groups: [dev, ops]}", "only one group")]
    [InlineData("{tokenFile: /etc/passwd}", "files of this machine are not read")]
    [InlineData("{client-certificate: /a, client-key: /b}", "files of this machine are not read")]
    public void What_cannot_be_done_or_may_not_be_is_refused(string user, string expected)
    {
        var error = Assert.Throws<ClusterAccessException>(() => KubeconfigAccess.FromText(Config(new Uri("https://127.0.0.1:1"), user), "Secret x"));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_a_list_are_merged_and_the_first_one_wins()
    {
        var first = Write("first", Config(new Uri("https://127.0.0.1:1"), "{token: a}"));
        var second = Write("second", Config(new Uri("https://127.0.0.1:2"), "{token: b}"));
        var third = Write("third", Config(new Uri("https://127.0.0.1:3"), "{token: c}")
            .Replace("here", "there", StringComparison.Ordinal).Replace("name: c,", "name: c3,", StringComparison.Ordinal).Replace("cluster: c,", "cluster: c3,", StringComparison.Ordinal));
        var options = new ClusterAccessOptions { Environment = name => name == "KUBECONFIG" ? $"{first}:{_folder}/missing:{second}:{third}" : null };

        Assert.Equal(1, KubeconfigAccess.FromFiles(null, null, options).Server.Port);
        Assert.Equal(3, KubeconfigAccess.FromFiles(null, "there", options).Server.Port);
    }

    [Fact]
    public void A_proxy_is_taken_from_the_cluster()
    {
        var file = Write("config", Config(new Uri("https://127.0.0.1:1"), "{token: a}", cluster: ", proxy-url: 'socks5://10.0.0.1:1080'"));

        Assert.Equal(new Uri("socks5://10.0.0.1:1080"), KubeconfigAccess.FromFiles(file).Proxy);
    }

    [Fact]
    public void A_context_that_is_not_there_is_told_with_those_that_are()
    {
        var file = Write("config", Config(new Uri("https://127.0.0.1:1"), "{token: a}"));

        var error = Assert.Throws<ClusterAccessException>(() => KubeconfigAccess.FromFiles(file, "nowhere"));

        Assert.Contains("has no context \"nowhere\"; it has here", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("clusters: [", "not valid YAML")]
    [InlineData("", "not a kubeconfig")]
    [InlineData("clusters: 5", "clusters: expected a list")]
    [InlineData("current-context: x", "has no context \"x\"; it has none")]
    public void A_broken_file_is_told_with_its_name_and_place(string text, string expected)
    {
        var file = Write("config", text);

        var error = Assert.Throws<ClusterAccessException>(() => KubeconfigAccess.FromFiles(file));

        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_uses_its_service_account_and_reads_its_token_again()
    {
        await using var server = await EchoServer.StartAsync(_certificates.Server());
        Write("token", "of-the-pod");
        Write("ca.crt", _certificates.AuthorityPem);
        Write("namespace", "edge");
        var options = new ClusterAccessOptions
        {
            Environment = name => name switch { "KUBERNETES_SERVICE_HOST" => "127.0.0.1", "KUBERNETES_SERVICE_PORT" => server.Address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), _ => null },
        };

        var access = InClusterAccess.Create(options, _folder);
        await CallAsync(access);

        Assert.Equal("edge", access.Namespace);
        Assert.Equal("Bearer of-the-pod", server.Authorizations.Single());
    }

    [Fact]
    public void Outside_of_a_pod_the_remedy_is_told() =>
        Assert.Contains("name a kubeconfig", Assert.Throws<ClusterAccessException>(() => InClusterAccess.Create(new ClusterAccessOptions { Environment = _ => null }, _folder)).Message, StringComparison.Ordinal);

    private static ClusterAccessOptions Untrusted { get; } = ClusterAccessOptions.Untrusted with
    {
        Environment = _ => null,
        AwsCredentials = (_, _) => new FixedKeys(),
    };

    private static string Url(ClusterCredentials credentials)
    {
        var token = credentials.Authorization!["Bearer k8s-aws-v1.".Length..];
        return Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(token));
    }

    private static async Task CallAsync(ClusterAccess access)
    {
        using var http = ApiTransport.Open(access);
        using var response = await http.GetAsync(new Uri("version", UriKind.Relative), Token);
        response.EnsureSuccessStatusCode();
    }

    private string Config(Uri server, string user, string cluster = "") => $$$$"""
        apiVersion: v1
        kind: Config
        current-context: here
        clusters: [{name: c, cluster: {server: "{{{{server}}}}", certificate-authority-data: {{{{TestCertificates.Base64(_certificates.AuthorityPem)}}}}{{{{cluster}}}} }}]
        contexts: [{name: here, context: {cluster: c, user: u, namespace: prod}}]
        users: [{name: u, user: {{{{user}}}} }]
        """;

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    private sealed class FixedKeys : IAwsCredentialsProvider
    {
        public ValueTask<AwsCredentials> GetAsync(CancellationToken cancellationToken) => new(new AwsCredentials("AKID", "secret"));
    }
}
