using System.Threading.Channels;
using Mesh.VmAgent.Health;

namespace Mesh.VmAgent.Tests.Health;

/// <summary>Answers as told, and tells when it was asked, so that a test can advance time only when the monitor waits.</summary>
internal sealed class ScriptedProbe(TimeProvider time) : IProbe
{
    private readonly Channel<DateTimeOffset> asked = Channel.CreateUnbounded<DateTimeOffset>();

    public Func<CancellationToken, Task<ProbeResult>> Answer { get; set; } =
        _ => Task.FromResult(ProbeResult.Success("fine"));

    public void Succeed() => Answer = _ => Task.FromResult(ProbeResult.Success("fine"));

    public void Fail(string reason = "ConnectionRefused") =>
        Answer = _ => Task.FromResult(ProbeResult.Failure(reason, "nobody there"));

    public void Hang() => Answer = async token =>
    {
        await Task.Delay(Timeout.Infinite, token);
        return default;
    };

    public ValueTask<DateTimeOffset> NextAsync(CancellationToken cancellationToken) => asked.Reader.ReadAsync(cancellationToken);

    public Task<ProbeResult> CheckAsync(CancellationToken cancellationToken)
    {
        asked.Writer.TryWrite(time.GetUtcNow());
        return Answer(cancellationToken);
    }
}
