using System.IO.Pipelines;

namespace Mesh.FakeKube.Faults;

/// <summary>A connection's two directions behind a gate.</summary>
internal sealed class GatedPipe(IDuplexPipe inner, ConnectionGate gate, CancellationToken closed) : IDuplexPipe
{
    public PipeReader Input { get; } = new GatedReader(inner.Input, gate, closed);

    public PipeWriter Output { get; } = new GatedWriter(inner.Output, gate, closed);

    private sealed class GatedReader(PipeReader inner, ConnectionGate gate, CancellationToken closed) : PipeReader
    {
        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            var result = await inner.ReadAsync(cancellationToken);
            await PassAsync(gate, closed);
            return result;
        }

        public override bool TryRead(out ReadResult result) => inner.TryRead(out result);
    }

    private sealed class GatedWriter(PipeWriter inner, ConnectionGate gate, CancellationToken closed) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            await PassAsync(gate, closed);
            return await inner.FlushAsync(cancellationToken);
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);
    }

    /// <summary>A connection that ends while it is held goes on to find that out by itself.</summary>
    private static async ValueTask PassAsync(ConnectionGate gate, CancellationToken closed)
    {
        try
        {
            await gate.PassAsync(closed);
        }
        catch (OperationCanceledException)
        {
        }
    }
}
