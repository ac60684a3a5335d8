using System.Collections.Immutable;
using Mesh.Config.Model;
using Mesh.Config.Sources;
using Mesh.Hosting.AccessLogs;
using Mesh.Hosting.Settings;
using Mesh.Hosting.Telemetry;

namespace Mesh.DataPlane.Bootstrap;

/// <summary>
/// The settings every proxy of the mesh has, gateway or agent: who it is, where it stands, what it reads and where its
/// certificate comes from. Declares them, with the rules between them, in a binary's definition.
/// </summary>
public sealed class ProxySettings
{
    /// <param name="definition">Gets the settings.</param>
    /// <param name="defaultNamespace">Null: must be given.</param>
    /// <param name="defaultServiceAccount">Null: must be given.</param>
    public ProxySettings(
        SettingsDefinition definition, string? defaultNamespace = null, string? defaultServiceAccount = null)
    {
        ArgumentNullException.ThrowIfNull(definition);
        Cluster = definition.Required("cluster", "CLUSTER", "Cluster this proxy belongs to.", SettingParsers.Text);
        Network = definition.Optional("network", "NETWORK", "Network it is on.", SettingParsers.Text);
        Locality = definition.Optional("locality", "REGION/ZONE", "Where it runs.", SettingParsers.Text);
        Namespace = RequiredOr(definition, defaultNamespace, "namespace", "NAMESPACE", "Namespace of the workload.");
        ServiceAccount = RequiredOr(definition, defaultServiceAccount, "service-account", "NAME", "Service account it runs as.");
        Labels = definition.Optional(
            "labels", "K=V,...", "Labels of the workload; a gateway gets istio=ingressgateway or istio=eastwestgateway per role.",
            SettingParsers.Labels);
        Sources = definition.Many(
            "source", "SOURCE", "Configuration of one cluster: file:DIR@CLUSTER, kube:KUBECONFIG[#CONTEXT]@CLUSTER or kube:in-cluster@CLUSTER.",
            SourceSpec.Parse);
        SyncDeadline = definition.WithDefault(
            "sync-deadline", "DURATION", "How long to wait for sources before serving without them.", SettingParsers.Duration, "60s");
        Identity = definition.Required(
            "identity", "IDENTITY", "Certificate: ca:HOST:PORT, or files:DIR with cert-chain.pem, key.pem, root-cert.pem.",
            IdentitySpec.Parse);
        CaRoot = definition.Optional("ca-root", "FILE", "Root certificates the CA's own certificate must chain to.", SettingParsers.Text);
        CaToken = definition.Optional("ca-token", "FILE", "Token for the first certificate; read for every call.", SettingParsers.Text);
        CaServerName = definition.WithDefault(
            "ca-server-name", "NAME", "Name the CA's certificate must have.", SettingParsers.Text, "istiod.istio-system.svc");
        CertificateTtl = definition.WithDefault(
            "certificate-ttl", "DURATION", "Validity to ask the CA for, renewed at half of it; 0s leaves it to the CA.", SettingParsers.Duration, "24h");
        TrustDomain = definition.WithDefault("trust-domain", "NAME", "Trust domain of the mesh.", SettingParsers.Text, "cluster.local");
        AccessLogFormat = definition.WithDefault(
            "access-log-format", "FORMAT",
            "Of the access log: mesh (JSON with what joins the hops of a call), Istio's text or json, or a format string.",
            AccessLogFormats.Parse, "mesh");
        OtlpEndPoint = definition.Optional(
            "otlp-endpoint", "URL",
            "Collector of traces: http://HOST:4317 for gRPC, with a path for HTTP; else OTEL_EXPORTER_OTLP_ENDPOINT, else what the mesh configures.",
            SettingParsers.WebAddress);
        TraceSampling = definition.OptionalValue(
            "trace-sampling", "PERCENT", "Share of new traces, where the mesh configures none; else OTEL_TRACES_SAMPLER, else 1.",
            SettingParsers.Percent);
        DeclareRules(definition);
    }

    public Setting<string> Cluster { get; }
    public Setting<string?> Network { get; }
    public Setting<string?> Locality { get; }
    public Setting<string> Namespace { get; }
    public Setting<string> ServiceAccount { get; }
    public Setting<IReadOnlyDictionary<string, string>?> Labels { get; }
    public Setting<IReadOnlyList<SourceSpec>> Sources { get; }
    public Setting<TimeSpan> SyncDeadline { get; }
    public Setting<IdentitySpec> Identity { get; }
    public Setting<string?> CaRoot { get; }
    public Setting<string?> CaToken { get; }
    public Setting<string> CaServerName { get; }
    public Setting<TimeSpan> CertificateTtl { get; }
    public Setting<string> TrustDomain { get; }
    public Setting<IAccessLogFormat> AccessLogFormat { get; }
    public Setting<Uri?> OtlpEndPoint { get; }
    public Setting<double?> TraceSampling { get; }

    public Locality LocalityOf(EffectiveSettings values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Config.Model.Locality.Parse(values.Get(Locality));
    }

    public ImmutableSortedDictionary<string, string> LabelsOf(EffectiveSettings values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return (values.Get(Labels) ?? ImmutableDictionary<string, string>.Empty).ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    /// <summary>Null: the mesh configuration says.</summary>
    public OtlpTarget? TraceTargetOf(EffectiveSettings values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values.Get(OtlpEndPoint) is { } address
            ? OtlpTarget.Of(address)
            : OtlpTarget.FromEnvironment(Environment.GetEnvironmentVariable);
    }

    /// <summary>0 to 100.</summary>
    public double TraceSamplingOf(EffectiveSettings values)
    {
        ArgumentNullException.ThrowIfNull(values);
        // As Istio has it.
        const double byDefault = 1;
        return values.Get(TraceSampling) ?? Hosting.Telemetry.TraceSampling.FromEnvironment(Environment.GetEnvironmentVariable) ?? byDefault;
    }

    private static Setting<string> RequiredOr(
        SettingsDefinition definition, string? defaultValue, string name, string placeholder, string description) =>
        defaultValue is null
            ? definition.Required(name, placeholder, description, SettingParsers.Text)
            : definition.WithDefault(name, placeholder, description, SettingParsers.Text, defaultValue);

    private static string? ProblemOfEnvironment()
    {
        try
        {
            OtlpTarget.FromEnvironment(Environment.GetEnvironmentVariable);
            Hosting.Telemetry.TraceSampling.FromEnvironment(Environment.GetEnvironmentVariable);
            return null;
        }
        catch (FormatException error)
        {
            return error.Message;
        }
    }

    private void DeclareRules(SettingsDefinition definition)
    {
        definition.Check(_ => ProblemOfEnvironment());
        definition.Check(values => values.Get(Sources).Count == 0 ? "give at least one --source file:DIR@CLUSTER or kube:KUBECONFIG@CLUSTER" : null);
        definition.Check(values => values.Get(Sources).GroupBy(source => source.Cluster).FirstOrDefault(group => group.Count() > 1)
            is { } twice ? $"--source: cluster {twice.Key} is given twice; one folder holds all of a cluster" : null);
        definition.Check(values => values.Get(Identity).Authority is not null && values.Get(CaRoot) is null
            ? "--identity ca:... needs --ca-root FILE, the root certificate to know the CA by" : null);
    }
}
