using System.Collections.Frozen;
using System.Text;
using Mesh.Aws;

namespace Mesh.Kubernetes.Access;

/// <summary>Access to the cluster that a context of a kubeconfig names.</summary>
public static class KubeconfigAccess
{
    /// <summary>What an untrusted EKS user may set: nothing that points to files or other endpoints.</summary>
    private static readonly FrozenSet<string> HarmlessVariables =
        new[] { "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_STS_REGIONAL_ENDPOINTS" }.ToFrozenSet(StringComparer.Ordinal);

    /// <param name="paths">A file, or several in the form of the variable KUBECONFIG; null: that variable, else <c>~/.kube/config</c>.</param>
    /// <param name="context">Null: the current one.</param>
    /// <exception cref="ClusterAccessException">The files do not say how to reach a cluster; the message names file, context and remedy.</exception>
    public static ClusterAccess FromFiles(string? paths, string? context = null, ClusterAccessOptions? options = null)
    {
        options ??= ClusterAccessOptions.Default;
        paths ??= options.Environment("KUBECONFIG") is { Length: > 0 } listed
            ? listed
            : Path.Combine(options.Environment("HOME") ?? "/", ".kube", "config");
        return Resolve(KubeconfigReader.ReadFiles(paths), paths, context, options);
    }

    /// <param name="origin">What the text is, for messages: <c>Secret istio-system/istio-remote-secret-b, key b</c>.</param>
    /// <inheritdoc cref="FromFiles"/>
    public static ClusterAccess FromText(string text, string origin, string? context = null, ClusterAccessOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Resolve(KubeconfigReader.ReadText(text, origin), origin, context, options ?? ClusterAccessOptions.Untrusted);
    }

    private static ClusterAccess Resolve(Kubeconfig config, string paths, string? chosen, ClusterAccessOptions options)
    {
        var name = chosen ?? config.CurrentContext;
        if (name.Length == 0 && config.Contexts.Length == 1) name = config.Contexts[0].Name;
        if (name.Length == 0)
            throw new ClusterAccessException($"kubeconfig {paths} has no current-context; name one of its contexts: {Names(config.Contexts.Select(entry => entry.Name))}");
        var context = config.Contexts.FirstOrDefault(entry => entry.Name == name)?.Value
                      ?? throw new ClusterAccessException($"kubeconfig {paths} has no context \"{name}\"; it has {Names(config.Contexts.Select(entry => entry.Name))}");
        var origin = $"kubeconfig {paths}, context {name}";
        var cluster = config.Clusters.FirstOrDefault(entry => entry.Name == context.Cluster)
                      ?? throw new ClusterAccessException($"{origin}: there is no cluster \"{context.Cluster}\"; it has {Names(config.Clusters.Select(entry => entry.Name))}");
        var user = config.Users.FirstOrDefault(entry => entry.Name == context.User);
        if (user is null && context.User.Length > 0)
            throw new ClusterAccessException($"{origin}: there is no user \"{context.User}\"; it has {Names(config.Users.Select(entry => entry.Name))}");
        return new KubeconfigResolution(origin, cluster, user ?? new(), options).Resolve(context.Namespace);
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal)) is { Length: > 0 } list ? list : "none";

    private sealed class KubeconfigResolution(
        string origin, KubeconfigEntry<KubeconfigCluster> clusterEntry, KubeconfigEntry<KubeconfigUser> userEntry, ClusterAccessOptions options)
    {
        private readonly KubeconfigCluster _cluster = clusterEntry.Value ?? new();
        private readonly KubeconfigUser _user = userEntry.Value ?? new();

        public ClusterAccess Resolve(string space)
        {
            if (!Uri.TryCreate(_cluster.Server.TrimEnd('/') + "/", UriKind.Absolute, out var server) || server.Scheme is not ("https" or "http"))
                throw new ClusterAccessException($"{origin}: server \"{_cluster.Server}\" of cluster \"{clusterEntry.Name}\" is not an address; write https://HOST:PORT");
            Func<System.Security.Cryptography.X509Certificates.X509Certificate2Collection>? authorities = null;
            if (Text(_cluster.CertificateAuthorityData, _cluster.CertificateAuthority, clusterEntry.File, "certificate-authority") is { } pem)
            {
                // Read once now: a mistake should show at the start.
                _ = ClientCertificate.Authorities(pem(), origin);
                authorities = () => ClientCertificate.Authorities(pem(), origin);
            }

            // HttpClient sends several values in one line, which the API server takes for one group of that name.
            if (_user.ImpersonateGroups.Length > 1)
                throw new ClusterAccessException($"{origin}: user \"{userEntry.Name}\" has several as-groups, but only one group can be sent; give one");
            return new ClusterAccess
            {
                Server = server,
                Origin = origin,
                Authorities = authorities,
                SkipTlsVerify = _cluster.InsecureSkipTlsVerify,
                TlsServerName = _cluster.TlsServerName.Length > 0 ? _cluster.TlsServerName : null,
                Proxy = Proxy(),
                Namespace = space.Length > 0 ? space : null,
                ImpersonatedUser = _user.Impersonate.Length > 0 ? _user.Impersonate : null,
                ImpersonatedGroups = _user.ImpersonateGroups,
                Credentials = Credentials(server),
            };
        }

        private Uri? Proxy()
        {
            if (_cluster.ProxyUrl.Length == 0) return null;
            return Uri.TryCreate(_cluster.ProxyUrl, UriKind.Absolute, out var proxy) && proxy.Scheme is "http" or "https" or "socks5"
                ? proxy
                : throw new ClusterAccessException($"{origin}: proxy-url \"{_cluster.ProxyUrl}\" is not an http, https or socks5 address");
        }

        private ICredentialsSource Credentials(Uri server)
        {
            if (_user.AuthProvider.Length > 0)
                throw new ClusterAccessException($"{origin}: user \"{userEntry.Name}\" has an auth-provider, which clients no longer support; use exec or a token");
            if (_user.TokenFile.Length > 0) return TokenFile.Open(FilePath(_user.TokenFile, userEntry.File, "tokenFile"), options.Time);
            var authorization = _user.Token.Length > 0 ? "Bearer " + _user.Token
                : _user.Username.Length > 0 ? "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{_user.Username}:{_user.Password}"))
                : null;
            var certificate = Text(_user.ClientCertificateData, _user.ClientCertificate, userEntry.File, "client-certificate");
            var key = Text(_user.ClientKeyData, _user.ClientKey, userEntry.File, "client-key");
            if (certificate is null != key is null)
                throw new ClusterAccessException($"{origin}: user \"{userEntry.Name}\" has only one of client-certificate and client-key; give both");
            if (certificate is not null)
            {
                _ = ClientCertificate.FromPem(certificate(), key!(), origin);
                return ClientCertificate.FromFiles(certificate, key!, authorization, origin, options.Time);
            }

            if (authorization is not null) return new FixedCredentials(new ClusterCredentials { Authorization = authorization });
            return _user.Exec is { } exec ? Exec(exec, server) : new FixedCredentials(ClusterCredentials.None);
        }

        private ICredentialsSource Exec(KubeconfigExec exec, Uri server)
        {
            if (EksUser.Recognise(exec) is { } eks && Eks(exec, eks, server) is { } credentials) return credentials;
            if (!options.AllowPrograms)
                throw new ClusterAccessException(
                    $"{origin}: user \"{userEntry.Name}\" runs {exec.Command}, and programs are not run for a kubeconfig from here; use a token, or aws eks get-token without --role-arn and --profile");
            return ExecPlugin.Open(exec, _cluster, FolderOf(userEntry.File), origin, options.Time);
        }

        /// <summary>Null when only the program can do it.</summary>
        private ICredentialsSource? Eks(KubeconfigExec exec, EksUser eks, Uri server)
        {
            if (eks.Role.Length > 0) return null;
            if (!options.AllowPrograms && (eks.Profile.Length > 0 || exec.Env.Any(variable => !HarmlessVariables.Contains(variable.Name)))) return null;
            var variables = exec.Env.GroupBy(variable => variable.Name).ToDictionary(group => group.Key, group => group.Last().Value, StringComparer.Ordinal);
            if (eks.Profile.Length > 0) variables["AWS_PROFILE"] = eks.Profile;
            var environment = new AwsEnvironment(name => variables.TryGetValue(name, out var value) ? value : options.Environment(name));
            // Such profiles only the program knows how to follow.
            if (environment.Profile.Keys.Any(setting => setting is "role_arn" or "credential_process" || setting.StartsWith("sso_", StringComparison.Ordinal)))
                return null;
            var region = eks.Region.Length > 0 ? eks.Region : EksCredentials.RegionOf(server) ?? environment.Region;
            if (region is null)
                throw new ClusterAccessException($"{origin}: the region of EKS cluster {eks.Cluster} is not known; add --region to the arguments of {exec.Command}, or set AWS_REGION");
            return EksCredentials.Open(eks.Cluster, region, environment, options.AwsCredentials(environment, options.Time), options.Time);
        }

        /// <summary>What a field says, as data in base64 or as a file; read when it is asked for. Null without one.</summary>
        private Func<string>? Text(string data, string file, string configFile, string field)
        {
            if (data.Length > 0)
            {
                var text = Decode(data, field + "-data");
                return () => text;
            }

            if (file.Length == 0) return null;
            var path = FilePath(file, configFile, field);
            return () =>
            {
                try
                {
                    return File.ReadAllText(path);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    throw new ClusterAccessException($"{origin}: cannot read {field} {path}: {e.Message}", e);
                }
            };
        }

        private string Decode(string data, string field)
        {
            try
            {
                return Encoding.UTF8.GetString(Convert.FromBase64String(data));
            }
            catch (FormatException e)
            {
                throw new ClusterAccessException($"{origin}: {field} is not base64", e);
            }
        }

        private string FilePath(string file, string configFile, string field)
        {
            if (!options.AllowFiles)
                throw new ClusterAccessException($"{origin}: {field} names a file, and files of this machine are not read for a kubeconfig from here; put the content into the kubeconfig");
            return Path.Combine(FolderOf(configFile), file);
        }

        private static string FolderOf(string configFile) => configFile.Length > 0 ? Path.GetDirectoryName(configFile) ?? "/" : "/";
    }
}
