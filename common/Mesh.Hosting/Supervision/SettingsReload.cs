using System.Runtime.InteropServices;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mesh.Hosting.Supervision;

/// <summary>On SIGHUP, which ends a process that does not expect it: reads the settings again and takes up what can change at run time.</summary>
/// <param name="reload">Returns why it changed nothing, or null. Must not throw.</param>
/// <param name="supervision">Null when nobody wants to be told.</param>
public sealed class SettingsReload(Func<string?> reload, SupervisionService? supervision, ILogger<SettingsReload> log) : BackgroundService
{
    private readonly Channel<bool> asked = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private PosixSignalRegistration? registration;

    /// <summary>From here on the signal does not end the process.</summary>
    public void Listen() => registration = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
    {
        signal.Cancel = true;
        asked.Writer.TryWrite(true);
    });

    public override void Dispose()
    {
        registration?.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var _ in asked.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
        {
            supervision?.Reloading();
            var problem = reload();
            if (problem is null) log.SettingsReloaded();
            else log.SettingsRefused(problem);
            supervision?.Reloaded(problem);
        }
    }
}
