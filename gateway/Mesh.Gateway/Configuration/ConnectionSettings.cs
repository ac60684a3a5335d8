using System.Net;
using Mesh.DataPlane.Http;
using Mesh.DataPlane.Tcp;
using Mesh.DataPlane.Tcp.ProxyProtocol;
using Mesh.Hosting.Networking;
using Mesh.Hosting.Settings;

namespace Mesh.Gateway.Configuration;

/// <summary>Declares the settings about clients' connections: who is in front, how many, how long.</summary>
internal sealed class ConnectionSettings
{
    private readonly Setting<IReadOnlyList<IPNetwork>> proxyProtocol;
    private readonly Setting<IReadOnlyList<int>> proxyProtocolPorts;
    private readonly Setting<int> maxHttpConnections;
    private readonly Setting<int> maxStreams;
    private readonly Setting<int> maxRequests;
    private readonly Setting<TimeSpan> idleTimeout;
    private readonly Setting<TimeSpan> headersTimeout;
    private readonly Setting<TimeSpan> maxAge;
    private readonly Setting<TimeSpan> maxAgeGrace;
    private readonly Setting<TimeSpan> ping;
    private readonly Setting<TimeSpan> keepAlive;

    public ConnectionSettings(SettingsDefinition definition)
    {
        proxyProtocol = definition.Many(
            "proxy-protocol", "CIDR", "Balancers that begin each connection with a PROXY protocol header, version 1 or 2.",
            AddressParsing.Network);
        proxyProtocolPorts = definition.Many(
            "proxy-protocol-port", "PORT", "Listener port where --proxy-protocol holds; none given: all.", SettingParsers.Port);
        TrustedProxies = definition.WithDefault(
            "trusted-proxies", "COUNT", "Proxies in front that add to x-forwarded-for (numTrustedProxies): the client is whom the outermost saw.",
            SettingParsers.WholeNumber(0, 100), "0");
        ForwardClientCert = definition.WithDefault(
            "forward-client-cert", "MODE",
            "x-forwarded-client-cert at the edge: SANITIZE, SANITIZE_SET, FORWARD_ONLY, APPEND_FORWARD or ALWAYS_FORWARD_ONLY.",
            ParseForwarding, "SANITIZE_SET");
        MaxConnections = definition.WithDefault(
            "max-connections", "COUNT", "Most connections of one east-west or TCP listener.", SettingParsers.WholeNumber(1, 1_000_000), "10000");
        maxHttpConnections = definition.WithDefault(
            "max-http-connections", "COUNT", "Most connections of one HTTP or TLS listener of the edge.",
            SettingParsers.WholeNumber(1, 1_000_000), "20000");
        maxStreams = definition.WithDefault(
            "max-concurrent-streams", "COUNT", "Most requests at a time on one HTTP/2 connection of a client.",
            SettingParsers.WholeNumber(1, 100_000), "1000");
        maxRequests = definition.WithDefault(
            "max-requests-per-connection", "COUNT", "Requests after which a client's connection ends in order; 0: unlimited.",
            SettingParsers.WholeNumber(0, int.MaxValue), "0");
        idleTimeout = definition.WithDefault(
            "idle-timeout", "DURATION", "A client's connection without a request is closed after this.", SettingParsers.Duration, "1h");
        headersTimeout = definition.WithDefault(
            "request-headers-timeout", "DURATION", "Longest time for the headers of an HTTP/1.1 request.", SettingParsers.Duration, "30s");
        maxAge = definition.WithDefault(
            "max-connection-age", "DURATION", "A client's HTTP connection ends in order after this, give or take a tenth; 0s: never.",
            SettingParsers.Duration, "0s");
        maxAgeGrace = definition.WithDefault(
            "max-connection-age-grace", "DURATION", "Longest wait for requests of a connection that has reached its age.",
            SettingParsers.Duration, "30s");
        ping = definition.WithDefault(
            "http2-ping", "DURATION", "Silence after which an HTTP/2 client is asked whether it is there, at least 1s.", SettingParsers.Duration, "60s");
        keepAlive = definition.WithDefault(
            "tcp-keepalive", "DURATION", "Silence after which TCP probes its peer, both sides; below the 350s of a network load balancer.",
            SettingParsers.Duration, "120s");
        DeclareRules(definition);
    }

    public Setting<int> MaxConnections { get; }

    public Setting<int> TrustedProxies { get; }

    public Setting<ClientCertForwarding> ForwardClientCert { get; }

    public ProxyProtocolPolicy ProxyProtocolOf(EffectiveSettings values) => new()
    {
        Trusted = [.. values.Get(proxyProtocol)],
        Ports = [.. values.Get(proxyProtocolPorts)],
    };

    public HttpServerLimits HttpOf(EffectiveSettings values) => new()
    {
        MaxConnections = values.Get(maxHttpConnections),
        MaxStreams = values.Get(maxStreams),
        MaxRequestsPerConnection = values.Get(maxRequests) is > 0 and var count ? count : null,
        IdleTimeout = values.Get(idleTimeout),
        RequestHeadersTimeout = values.Get(headersTimeout),
        MaxConnectionAge = values.Get(maxAge) > TimeSpan.Zero ? values.Get(maxAge) : null,
        MaxConnectionAgeGrace = values.Get(maxAgeGrace),
        PingDelay = values.Get(ping),
        KeepAlive = KeepAliveOf(values.Get(keepAlive)),
    };

    private static ClientCertForwarding ParseForwarding(string text) => text switch
    {
        "SANITIZE" => ClientCertForwarding.Sanitize,
        "SANITIZE_SET" => ClientCertForwarding.SanitizeSet,
        "FORWARD_ONLY" => ClientCertForwarding.ForwardOnly,
        "APPEND_FORWARD" => ClientCertForwarding.AppendForward,
        "ALWAYS_FORWARD_ONLY" => ClientCertForwarding.AlwaysForwardOnly,
        _ => throw new FormatException($"'{text}' is not SANITIZE, SANITIZE_SET, FORWARD_ONLY, APPEND_FORWARD or ALWAYS_FORWARD_ONLY"),
    };

    /// <summary>Probes follow each other faster than the silence before the first.</summary>
    private static TcpKeepAlive KeepAliveOf(TimeSpan time) =>
        TcpKeepAlive.Default with { Time = time, Interval = time < TcpKeepAlive.Default.Interval ? time : TcpKeepAlive.Default.Interval };

    private void DeclareRules(SettingsDefinition definition)
    {
        definition.Check(values => values.Get(proxyProtocolPorts).Count > 0 && values.Get(proxyProtocol).Count == 0
            ? "--proxy-protocol-port needs --proxy-protocol CIDR, the balancers that are believed" : null);
        definition.Check(values => values.Get(ping) < TimeSpan.FromSeconds(1) ? "--http2-ping must be at least 1s" : null);
        definition.Check(values => values.Get(keepAlive) < TimeSpan.FromSeconds(1) ? "--tcp-keepalive must be at least 1s" : null);
        definition.Check(values => values.Get(idleTimeout) <= TimeSpan.Zero ? "--idle-timeout must be more than 0s" : null);
        definition.Check(values => values.Get(headersTimeout) <= TimeSpan.Zero ? "--request-headers-timeout must be more than 0s" : null);
    }
}
