using Mesh.Hosting;
using Mesh.Hosting.Logging;
using Mesh.Hosting.Networking;
using Mesh.Hosting.Settings;
using Mesh.Istiod.Ca;

namespace Meshctl.Ca;

/// <summary><c>meshctl ca serve</c>: a CA for one machine, in the place of istiod's.</summary>
internal static class CaServeVerb
{
    public const string Name = "meshctl ca serve";

    public static async Task<int> RunAsync(string[] args)
    {
        var definition = new SettingsDefinition(
            Name, "Serves istio.v1.auth.IstioCertificateService over TLS from a local certificate authority.", "MESHCTL_CA_");
        var folder = definition.Required("dir", "DIR", "Folder of the CA: ca-cert.pem, ca-key.pem, root-cert.pem; made when empty.", SettingParsers.Text);
        var listen = definition.WithDefault("listen", "ADDR:PORT", "Where to listen.", AddressParsing.EndPoint, "127.0.0.1:15012");
        var tokens = definition.Required("tokens", "DIR", "Accepted tokens: files NAMESPACE/SERVICE_ACCOUNT.", SettingParsers.ExistingFolder);
        var trustDomain = definition.WithDefault("trust-domain", "NAME", "Trust domain of all identities.", SettingParsers.Text, "cluster.local");
        var ttl = definition.WithDefault("ttl", "DURATION", "Validity of certificates when none is asked for.", SettingParsers.Duration, "24h");
        var maxTtl = definition.WithDefault("max-ttl", "DURATION", "Longest validity that may be asked for.", SettingParsers.Duration, "90d");
        var dns = definition.Many("dns", "NAME", "Further DNS names or addresses in the serving certificate.", SettingParsers.Text);
        var clusters = definition.Many("cluster", "ID", "Cluster ids accepted with a token; any when none is given.", SettingParsers.Text);
        var level = definition.WithDefault("log-level", "LEVEL", "trace, debug, info, warning, error or none.", LoggingSetup.ParseLevel, "info");
        definition.Check(settings => settings.Get(ttl) < TimeSpan.FromSeconds(1) || settings.Get(ttl) > settings.Get(maxTtl)
            ? "--ttl must be between 1s and --max-ttl"
            : null);
        if (!SettingsReader.TryRead(definition, args, out var settings, out var exitCode)) return exitCode;

        var endPoint = settings.Get(listen);
        ListenErrors.EnsureFree(endPoint, listen.Name);
        var limits = new CaLimits { DefaultTtl = settings.Get(ttl), MaxTtl = settings.Get(maxTtl) };
        using var authority = await CertificateAuthorityFolder.LoadOrCreateAsync(
            settings.Get(folder), settings.Get(trustDomain), limits, TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
        var options = new CaServerOptions
        {
            Listen = endPoint,
            TokenFolder = settings.Get(tokens),
            TrustDomain = settings.Get(trustDomain),
            Names = [.. CaServerOptions.DefaultNames, endPoint.Address.ToString(), "127.0.0.1", .. settings.Get(dns)],
            Clusters = settings.Get(clusters),
        };
        var server = await CaServer.StartAsync(
            authority, options, TimeProvider.System, logging => logging.AddMeshConsole(settings.Get(level)), CancellationToken.None).ConfigureAwait(false);
        await using (server.ConfigureAwait(false))
        {
            await Console.Error.WriteLineAsync($"{Name}: listening on {server.EndPoint}, root in {settings.Get(folder)}").ConfigureAwait(false);
            await server.WaitForShutdownAsync(CancellationToken.None).ConfigureAwait(false);
        }

        return ExitCodes.Ok;
    }
}
