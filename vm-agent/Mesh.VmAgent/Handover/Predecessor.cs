using System.Globalization;
using System.IO.Pipes;
using System.Text.Json;
using Mesh.Hosting;

namespace Mesh.VmAgent.Handover;

/// <summary>
/// The process that started this one to take its place, as this one sees it: it gave its listening sockets, waits to hear that this one
/// is ready, and then says what it leaves behind.
/// </summary>
internal sealed class Predecessor : IAsyncDisposable
{
    /// <summary>Names descriptors: <c>ready,inheritance,socket,socket,...</c>.</summary>
    public const string Variable = "MESH_AGENT_HANDOVER";

    public const string ReadyLine = "ready";

    private readonly AnonymousPipeClientStream ready;
    private readonly AnonymousPipeClientStream inheritance;

    private Predecessor(int ready, int inheritance, IReadOnlyList<int> listeners)
    {
        Descriptors.SetInheritable(ready, false);
        Descriptors.SetInheritable(inheritance, false);
        this.ready = new AnonymousPipeClientStream(PipeDirection.Out, ready.ToString(CultureInfo.InvariantCulture));
        this.inheritance = new AnonymousPipeClientStream(PipeDirection.In, inheritance.ToString(CultureInfo.InvariantCulture));
        Listeners = listeners;
    }

    /// <summary>Descriptors of its listening sockets.</summary>
    public IReadOnlyList<int> Listeners { get; }

    /// <summary>Null: nobody, this process begins by itself.</summary>
    /// <exception cref="StartupException">The variable does not name descriptors of this process.</exception>
    public static Predecessor? Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } text) return null;
        // Not for the programs that this one starts.
        Environment.SetEnvironmentVariable(Variable, null);
        try
        {
            var descriptors = text.Split(',').Select(part => int.Parse(part, NumberStyles.None, CultureInfo.InvariantCulture)).ToList();
            if (descriptors.Count < 2) throw new FormatException("two pipes are needed");
            return new Predecessor(descriptors[0], descriptors[1], descriptors[2..]);
        }
        catch (Exception error) when (error is FormatException or OverflowException or IOException or ArgumentException)
        {
            throw new StartupException($"{Variable}={text}: {error.Message}; it is set by an agent that starts its successor, unset it", inner: error);
        }
    }

    /// <summary>Tells it that this one accepts connections, and waits for what it leaves.</summary>
    /// <returns>Nothing where it died meanwhile: then there is nobody to wait for.</returns>
    public async Task<Inheritance> TakeOverAsync(CancellationToken cancellationToken)
    {
        try
        {
            var writer = new StreamWriter(ready, leaveOpen: true);
            await using (writer.ConfigureAwait(false)) await writer.WriteLineAsync(ReadyLine.AsMemory(), cancellationToken).ConfigureAwait(false);
            using var reader = new StreamReader(inheritance, leaveOpen: true);
            var line = await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false);
            return line is null ? new Inheritance() : JsonSerializer.Deserialize(line, HandoverJson.Default.Inheritance) ?? new Inheritance();
        }
        catch (IOException)
        {
            return new Inheritance();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ready.DisposeAsync().ConfigureAwait(false);
        await inheritance.DisposeAsync().ConfigureAwait(false);
    }
}
