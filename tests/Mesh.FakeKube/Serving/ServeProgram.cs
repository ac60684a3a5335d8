using System.Runtime.InteropServices;
using Mesh.FakeKube.Security;
using Mesh.Hosting;
using Mesh.Hosting.Networking;
using Mesh.Hosting.Settings;
using YamlDotNet.Core;

namespace Mesh.FakeKube.Serving;

/// <summary>The process.</summary>
internal static class ServeProgram
{
    /// <summary>Until SIGTERM or SIGINT.</summary>
    /// <exception cref="StartupException">A port or a file cannot be used.</exception>
    public static async Task<int> RunAsync(ServeSettings settings, EffectiveSettings values)
    {
        var listen = values.Get(settings.Listen);
        ListenErrors.EnsureFree(listen, "listen");
        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        var withKinds = !values.Get(settings.BareKinds);
        await using var server = await FakeKubeServer.StartAsync(
            new FakeKubeOptions
            {
                Listen = listen,
                IstioKinds = withKinds,
                GatewayApiKinds = withKinds,
                RefuseLoopback = values.Get(settings.RefuseLoopback),
            },
            stop.Token);
        foreach (var path in values.Get(settings.Load)) await LoadAsync(server, path, stop.Token);
        if (values.Get(settings.Token) is { } token) server.AddUser("administrator", [KubeUser.Masters], token);
        await using var control = values.Get(settings.Control) is { } address ? await ControlServer.StartAsync(server, address, stop.Token) : null;
        if (values.Get(settings.Kubeconfig) is { } file)
            await AtomicFile.WriteAsync(file, server.Kubeconfig(context: values.Get(settings.Context)), AtomicFile.Secret, stop.Token);
        await Console.Out.WriteLineAsync($"mesh-fake-kube: serving {server.Url}{(control is null ? "" : $", faults on cue at {control.Url}")}");
        await Task.Delay(Timeout.Infinite, stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        return ExitCodes.Ok;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    private static async Task LoadAsync(FakeKubeServer server, string path, CancellationToken cancellation)
    {
        string[] files = Directory.Exists(path)
            ? [.. Directory.EnumerateFiles(path, "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
            : [path];
        foreach (var file in files)
        {
            try
            {
                server.Apply(await File.ReadAllTextAsync(file, cancellation));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidOperationException or YamlException)
            {
                throw new StartupException($"cannot load {file}: {error.Message}", inner: error);
            }
        }
    }
}
