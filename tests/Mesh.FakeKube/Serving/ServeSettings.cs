using System.Net;
using Mesh.Hosting.Networking;
using Mesh.Hosting.Settings;

namespace Mesh.FakeKube.Serving;

/// <summary>The settings of mesh-fake-kube.</summary>
internal sealed class ServeSettings
{
    public ServeSettings()
    {
        Definition = new SettingsDefinition("mesh-fake-kube", "A Kubernetes API server in memory, with the kinds of Istio and the Gateway API.");
        Listen = Definition.WithDefault("listen", "ADDR:PORT", "Where the API is served.", AddressParsing.EndPoint, "127.0.0.1:6443");
        Control = Definition.Optional("control", "ADDR:PORT",
            "Where faults are made on cue (plain HTTP; GET / lists them); keep it on loopback.", AddressParsing.EndPoint);
        Kubeconfig = Definition.Optional("kubeconfig", "FILE", "Where a kubeconfig of an administrator is written.", SettingParsers.Text);
        Context = Definition.WithDefault("context", "NAME", "Name of the cluster in that file.", SettingParsers.Text, "fake");
        Load = Definition.Many("load", "PATH", "YAML file, or folder of them, with objects to begin with.", SettingParsers.Text);
        Token = Definition.Optional("token", "TEXT", "A bearer token of an administrator besides the generated one.", SettingParsers.Text, secret: true);
        BareKinds = Definition.Flag("bare", "Without the kinds of Istio and the Gateway API.");
        RefuseLoopback = Definition.Flag("refuse-loopback", "Refuse loopback addresses where Kubernetes does: in EndpointSlices and externalIPs.");
    }

    public SettingsDefinition Definition { get; }

    public Setting<IPEndPoint> Listen { get; }

    public Setting<IPEndPoint?> Control { get; }

    public Setting<string?> Kubeconfig { get; }

    public Setting<string> Context { get; }

    public Setting<IReadOnlyList<string>> Load { get; }

    public Setting<string?> Token { get; }

    public Setting<bool> BareKinds { get; }

    public Setting<bool> RefuseLoopback { get; }
}
