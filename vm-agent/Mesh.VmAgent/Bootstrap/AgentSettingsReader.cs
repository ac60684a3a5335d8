using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Mesh.Config.Resources.Networking;
using Mesh.Config.Sources;
using Mesh.DataPlane.Bootstrap;
using Mesh.DataPlane.Identity;
using Mesh.Hosting.Admin;
using Mesh.Hosting.Networking;
using Mesh.Hosting.Settings;
using Mesh.VmAgent.Bundle;
using Mesh.VmAgent.Cli;
using Mesh.VmAgent.Registration;

namespace Mesh.VmAgent.Bootstrap;

/// <summary>Declares the settings of <c>mesh-agent</c> and reads them into <see cref="AgentSettings"/>.</summary>
public sealed class AgentSettingsReader
{
    private readonly SettingsDefinition definition;
    private readonly Setting<bool>? output;

    private readonly CommonSettings common;
    private readonly ProxySettings proxy;
    private readonly Setting<IPAddress> workloadAddress;
    private readonly Setting<IPAddress?> appAddress;
    private readonly Setting<IReadOnlyList<InboundSpec>> inbound;
    private readonly Setting<int> inboundPort;
    private readonly Setting<int> healthPort;
    private readonly Setting<int> metricsPort;
    private readonly Setting<IPEndPoint?> outbound;
    private readonly Setting<IReadOnlyList<OutboundTcpSpec>> outboundTcp;
    private readonly Setting<UnknownDestinations> outboundUnknown;
    private readonly Setting<WorkloadGroupName?> workloadGroup;
    private readonly Setting<RegistrationSpec?> register;
    private readonly Setting<string?> instanceId;
    private readonly Setting<TimeSpan> leaseDuration;
    private readonly Setting<TimeSpan> drainTimeout;
    private readonly Setting<TimeSpan> handoverDrain;

    private readonly ApiServerSettings apiServer;
    private readonly Setting<ApiServerSpec?> tokenFrom;
    private readonly BundleFinder bundles;
    private readonly Setting<string?> bundle;
    private readonly Setting<string?> state;
    private readonly Setting<string?> hosts;
    private readonly Setting<WorkloadKeyKind> keyKind;
    private readonly Setting<double> graceRatio;
    private readonly Setting<double> graceJitter;
    private readonly Setting<DnsEndPoint?> discoveryAddress;
    private readonly Setting<string?> xdsRoot;
    private readonly Setting<IPAddress?> listenAddress;
    private readonly Setting<ReadinessProbe?> probe;

    /// <param name="root">The machine's <c>/</c>, below which Istio's files are looked for.</param>
    /// <param name="program">As typed; <c>mesh-agent check</c> has <c>--output</c> besides.</param>
    public AgentSettingsReader(string root = "/", string program = "mesh-agent")
    {
        var isCheck = program != "mesh-agent";
        definition = new SettingsDefinition(
            program,
            isCheck
                ? "Looks for what keeps this machine out of the mesh, with the settings of the agent; exit code 1 when something does."
                : "Joins a machine, or any single workload, to an Istio mesh: identity, registration, health and traffic.\n"
                    + "Commands: mesh-agent check | status | endpoints | logs | manual | completion, each with --help.",
            "MESH_AGENT_");
        if (isCheck) output = AdminOptions.Output(definition);
        bundles = new BundleFinder(root);
        bundle = definition.Optional(
            "bundle", "DIR", "What istioctl x workload entry configure wrote, and agent.yaml. Without it and --identity: Istio's own places.",
            SettingParsers.Text);
        common = new CommonSettings(definition, "mesh-agent");
        proxy = new ProxySettings(definition);
        workloadAddress = definition.Required(
            "workload-address", "ADDR", "Address others reach this workload at.", AddressParsing.Address);
        appAddress = definition.Optional(
            "app-address", "ADDR", "Address the application listens on (default: the workload address).", AddressParsing.Address);
        inbound = definition.Many(
            "inbound", "PORT=ADDR:PORT", "Application port that is answered somewhere else.", InboundSpec.Parse);
        inboundPort = definition.WithDefault("inbound-port", "PORT", "Port for mesh traffic to the app.", SettingParsers.Port, "15006");
        healthPort = definition.WithDefault("health-port", "PORT", "Port for /healthz/ready.", SettingParsers.Port, "15021");
        metricsPort = definition.WithDefault(
            "metrics-port", "PORT", "Port for /stats/prometheus; 0: only on the admin listener.", SettingParsers.WholeNumber(0, 65535), "15020");
        outbound = definition.Optional(
            "outbound", "ADDR:PORT", "HTTP proxy for the app's calls; keep it on loopback. None when not set.", AddressParsing.EndPoint);
        outboundTcp = definition.Many(
            "outbound-tcp", "ADDR:PORT=HOST:PORT", "Where the app dials a service of the mesh as if it were here; keep it on loopback.",
            OutboundTcpSpec.Parse);
        outboundUnknown = definition.WithDefault(
            "outbound-unknown", "POLICY", "Hosts the mesh does not know: refuse or allow.", ParseUnknown, "refuse");
        state = definition.Optional(
            "state", "DIR", "Where key and certificate survive a restart (default with a bundle: /var/lib/mesh-agent).", SettingParsers.Text);
        hosts = definition.Optional("hosts", "FILE", "Addresses of names that the system does not resolve, as /etc/hosts.", SettingParsers.Text);
        keyKind = definition.WithDefault(
            "key-kind", "KIND", "Of the workload's key: ecdsa-p256, ecdsa-p384, rsa-2048, rsa-3072 or rsa-4096.", KeyKinds.Parse, "ecdsa-p256");
        graceRatio = definition.WithDefault(
            "grace-ratio", "RATIO", "Share of its life that a certificate has left when it is renewed.", Ratio, "0.5");
        graceJitter = definition.WithDefault("grace-jitter", "RATIO", "Added to or taken from that by chance.", Ratio, "0.01");
        discoveryAddress = definition.Optional(
            "discovery-address", "HOST:PORT", "istiod, for configuration and registration.", AddressParsing.HostAndPort);
        xdsRoot = definition.Optional("xds-root", "FILE", "Roots for the discovery address (default: --ca-root).", SettingParsers.Text);
        listenAddress = definition.Optional(
            "listen-address", "ADDR", "Where to listen if the workload address is that of a NAT (default: the workload address).",
            AddressParsing.Address);
        probe = definition.Optional(
            "probe", "YAML", "Readiness probe as in a WorkloadGroup, for as long as the group is not known.", ProbeText.Parse);
        workloadGroup = definition.Optional(
            "workload-group", "NS/NAME", "WorkloadGroup to register under.", WorkloadGroupName.Parse);
        register = definition.Optional(
            "register", "PLACE", "Who keeps the WorkloadEntry: file:DIR, kube:KUBECONFIG[#CONTEXT], kube:in-cluster, istiod[:HOST:PORT], none.",
            RegistrationSpec.Parse);
        instanceId = definition.Optional(
            "instance-id", "ID",
            "This machine, in its entry's name; none to leave it out (default with --register kube: EC2's id, or one made from /etc/machine-id).",
            MachineId.Parse);
        leaseDuration = definition.WithDefault(
            "lease-duration", "DURATION", "With --register kube: how long the machine is believed alive without a sign of life.", LeaseTime, "40s");
        apiServer = new ApiServerSettings(definition);
        tokenFrom = definition.Optional(
            "token-from", "PLACE",
            "API server to ask for the service account's token: kube:KUBECONFIG[#CONTEXT] or kube:api-server (default with --api-server).", ParseServer);
        drainTimeout = definition.WithDefault(
            "drain-timeout", "DURATION", "Longest wait for requests in flight after SIGTERM.", SettingParsers.Duration, "10s");
        handoverDrain = definition.WithDefault(
            "handover-drain", "DURATION", "Longest life of open connections after SIGUSR2 (an upgrade).", SettingParsers.Duration, "10m");
        definition.FindElsewhere(given => bundles.Find(given.Text(bundle), given.Text(proxy.Identity), definition.Settings, given.Environment));
        DeclareRules();
    }

    internal SettingsDefinition Definition => definition;

    /// <summary>Whether <c>--output json</c> was asked for.</summary>
    public bool Json { get; private set; }

    /// <summary>False when the process is to end at once with <paramref name="exitCode"/>.</summary>
    public bool TryRead(string[] args, [NotNullWhen(true)] out AgentSettings? settings, out int exitCode)
    {
        settings = null;
        if (!SettingsReader.TryRead(definition, args, out var values, out exitCode)) return false;
        settings = Build(values);
        return true;
    }

    /// <inheritdoc cref="TryRead(string[], out AgentSettings?, out int)"/>
    /// <remarks>With everything that is otherwise the process's own.</remarks>
    public bool TryRead(
        string[] args,
        IReadOnlyDictionary<string, string> environment,
        TextWriter output,
        TextWriter error,
        [NotNullWhen(true)] out AgentSettings? settings,
        out int exitCode)
    {
        settings = null;
        if (!SettingsReader.TryRead(definition, args, environment, output, error, out var values, out exitCode)) return false;
        settings = Build(values);
        return true;
    }

    private static UnknownDestinations ParseUnknown(string text) => text switch
    {
        "refuse" => UnknownDestinations.Refuse,
        "allow" => UnknownDestinations.Allow,
        _ => throw new FormatException($"'{text}' is neither refuse nor allow"),
    };

    private static ApiServerSpec ParseServer(string text) =>
        text.StartsWith(ApiServerSpec.Prefix, StringComparison.Ordinal) && text.Length > ApiServerSpec.Prefix.Length
            ? ApiServerSpec.Parse(text[ApiServerSpec.Prefix.Length..])
            : throw new FormatException($"'{text}' is not an API server; write kube:KUBECONFIG, kube:KUBECONFIG#CONTEXT or kube:api-server");

    private static TimeSpan LeaseTime(string text) =>
        SettingParsers.Duration(text) is { TotalSeconds: >= 2 and <= 3600 } time
            ? time : throw new FormatException($"'{text}' is not between 2s and 1h");

    private static double Ratio(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var ratio) && ratio is >= 0 and <= 1
            ? ratio : throw new FormatException($"'{text}' is not a number between 0 and 1");

    private void DeclareRules()
    {
        definition.Check(values => AdminSite.Refusal(values.Get(common.Admin!)));
        // A bundle names the group also for machines that somebody else registers.
        definition.Check(values => PlaceOf(values) is null != values.Get(workloadGroup) is null
                && (PlaceOf(values) is not null || values.IsOwn(workloadGroup))
            ? "--register and --workload-group belong together: where to register, and what the entry is made from" : null);
        definition.Check(values => values.Get(register) is { ByIstiod: true, Istiod: null } && values.Get(discoveryAddress) is null
            && values.Get(proxy.Identity).Authority is null
            ? "--register istiod: nobody says where istiod is; write istiod:HOST:PORT, or give --discovery-address" : null);
        definition.Check(values => values.Get(register) is { ByIstiod: true } && (values.Get(xdsRoot) ?? values.Get(proxy.CaRoot)) is null
            ? "--register istiod needs --xds-root or --ca-root FILE, the root certificate to know istiod by" : null);
        definition.Check(values => values.Get(register) is { ByIstiod: true } && values.Get(workloadGroup) is { } group
            && group.Namespace != values.Get(proxy.Namespace)
            ? "--register istiod: a workload registers only under a group of its own namespace; change --workload-group or --namespace" : null);
        definition.Check(values => apiServer.Problem(values, Servers(values)));
        definition.Check(values => values.Get(inboundPort) == values.Get(healthPort)
            ? "--inbound-port and --health-port are the same port; choose two" : null);
    }

    private RegistrationSpec? PlaceOf(EffectiveSettings values) => values.Get(register) is { IsNobody: false } place ? place : null;

    private IEnumerable<ApiServerSpec> Servers(EffectiveSettings values) =>
        values.Get(proxy.Sources).Select(source => source.Server).Append(values.Get(register)?.Registry?.Server).Append(values.Get(tokenFrom)).OfType<ApiServerSpec>();

    private SourceSpec Complete(SourceSpec source, EffectiveSettings values) =>
        source.Server is { } server ? source with { Server = apiServer.Complete(server, values) } : source;

    private RegistrationSpec? Complete(RegistrationSpec? place, EffectiveSettings values) =>
        place?.Registry is { Server: { } server } registry
            ? place with { Registry = registry with { Server = apiServer.Complete(server, values) } }
            : place;

    /// <summary>An API server that is described is asked, unless a token file was named.</summary>
    private ApiServerSpec? TokenServer(EffectiveSettings values)
    {
        var server = values.Get(tokenFrom) ?? (apiServer.IsGiven(values) && values.Get(proxy.CaToken) is null ? new ApiServerSpec(ApiServerSpec.Described, null) : null);
        return server is null ? null : apiServer.Complete(server, values);
    }

    private AgentSettings Build(EffectiveSettings values)
    {
        var address = values.Get(workloadAddress);
        Json = output is not null && values.Get(output);
        return new AgentSettings
        {
            Name = values.Get(common.Name),
            AccessLog = values.Get(common.AccessLog),
            AccessLogFormat = values.Get(proxy.AccessLogFormat),
            TraceTarget = proxy.TraceTargetOf(values),
            TraceSampling = proxy.TraceSamplingOf(values),
            Admin = values.Get(common.Admin!) ?? new IPEndPoint(IPAddress.Loopback, 15000),
            LogLevel = values.Get(common.LogLevel),
            Cluster = values.Get(proxy.Cluster),
            Network = values.Get(proxy.Network) ?? "",
            Locality = proxy.LocalityOf(values),
            Namespace = values.Get(proxy.Namespace),
            ServiceAccount = values.Get(proxy.ServiceAccount),
            Labels = proxy.LabelsOf(values),
            Sources = [.. values.Get(proxy.Sources).Select(source => Complete(source, values))],
            SyncDeadline = values.Get(proxy.SyncDeadline),
            Identity = values.Get(proxy.Identity),
            CaRoot = values.Get(proxy.CaRoot),
            CaToken = values.Get(tokenFrom) is null ? values.Get(proxy.CaToken) : null,
            TokenFrom = TokenServer(values),
            CaServerName = values.Get(proxy.CaServerName),
            CertificateTtl = values.Get(proxy.CertificateTtl),
            TrustDomain = values.Get(proxy.TrustDomain),
            KeyKind = values.Get(keyKind),
            GraceRatio = values.Get(graceRatio),
            GraceJitter = values.Get(graceJitter),
            StateFolder = values.Get(state),
            HostsFile = values.Get(hosts),
            DiscoveryAddress = values.Get(discoveryAddress),
            XdsRoot = values.Get(xdsRoot) ?? values.Get(proxy.CaRoot),
            ListenAddress = values.Get(listenAddress),
            Probe = values.Get(probe),
            WorkloadAddress = address,
            AppAddress = values.Get(appAddress) ?? values.Get(listenAddress) ?? address,
            Inbound = [.. values.Get(inbound)],
            InboundPort = values.Get(inboundPort),
            HealthPort = values.Get(healthPort),
            MetricsPort = values.Get(metricsPort),
            Outbound = values.Get(outbound),
            OutboundTcp = [.. values.Get(outboundTcp)],
            OutboundUnknown = values.Get(outboundUnknown),
            WorkloadGroup = values.Get(workloadGroup),
            InstanceId = values.Get(instanceId),
            LeaseDuration = values.Get(leaseDuration),
            Register = Complete(PlaceOf(values), values),
            DrainTimeout = values.Get(drainTimeout),
            HandoverDrain = values.Get(handoverDrain),
            Texts = values.Texts(),
        };
    }
}
