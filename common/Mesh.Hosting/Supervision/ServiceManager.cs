using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Mesh.Hosting.Supervision;

/// <summary>Tells systemd how this process is, by the protocol of sd_notify(3): lines of <c>NAME=value</c> in one datagram.</summary>
/// <remarks>Microsoft.Extensions.Hosting.Systemd knows readiness and stopping only, neither watchdog nor reloading.</remarks>
public sealed class ServiceManager
{
    private const int SendTimeoutMilliseconds = 1000;

    private readonly string socket;

    private ServiceManager(string socket, TimeSpan? watchdog)
    {
        this.socket = socket;
        Watchdog = watchdog;
    }

    /// <summary>The process is killed and started again when it says nothing for so long; null: nobody waits for it.</summary>
    public TimeSpan? Watchdog { get; }

    /// <summary>Null when this process was not started by one that wants to be told.</summary>
    /// <param name="environment"><c>NOTIFY_SOCKET</c>, a path or, after <c>@</c>, an abstract name; <c>WATCHDOG_USEC</c>.</param>
    public static ServiceManager? Find(IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        if (environment.GetValueOrDefault("NOTIFY_SOCKET") is not { Length: > 1 } name || name[0] is not ('/' or '@')) return null;
        // WATCHDOG_PID is not looked at: after a hand-over it still names the process before, and the watchdog waits for this one.
        TimeSpan? watchdog = long.TryParse(
            environment.GetValueOrDefault("WATCHDOG_USEC"), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0
            ? TimeSpan.FromMicroseconds(microseconds) : null;
        return new ServiceManager(name, watchdog);
    }

    /// <summary>One message. That nobody hears it is no reason to fail.</summary>
    /// <param name="lines">Such as <c>READY=1</c>; what is after a line break in one of them is left out.</param>
    public void Tell(params ReadOnlySpan<string> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines) text.Append(line.Split('\n')[0]).Append('\n');
        try
        {
            using var sender = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = SendTimeoutMilliseconds };
            sender.SendTo(Encoding.UTF8.GetBytes(text.ToString()), new UnixDomainSocketEndPoint(socket[0] == '@' ? "\0" + socket[1..] : socket));
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            // The manager is gone, or has not emptied its queue for a second.
        }
    }

    /// <summary>Settings are read again from now on, until the next <c>READY=1</c>.</summary>
    public void TellReloading() => Tell("RELOADING=1", $"MONOTONIC_USEC={Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000)}");

    /// <summary>Another process is the main one of the service from now on.</summary>
    public void TellMainProcess(int processId) => Tell(string.Create(CultureInfo.InvariantCulture, $"MAINPID={processId}"));
}
