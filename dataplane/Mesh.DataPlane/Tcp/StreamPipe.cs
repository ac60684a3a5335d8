using System.IO.Pipelines;

namespace Mesh.DataPlane.Tcp;

/// <summary>Shows a stream as the two pipes Kestrel's HTTP layer reads and writes.</summary>
internal sealed class StreamPipe : IDuplexPipe
{
    public StreamPipe(Stream stream)
    {
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true, bufferSize: 16 * 1024));
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }
}
