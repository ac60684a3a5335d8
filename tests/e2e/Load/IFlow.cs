namespace Mesh.EndToEnd.Load;

/// <summary>One kind of call from one place to another, made again and again.</summary>
internal interface IFlow : IDisposable
{
    string Name { get; }

    /// <summary>Makes one call.</summary>
    /// <returns>Null when it was answered as it should be, else status and message.</returns>
    Task<string?> CallAsync(Trace trace, CancellationToken cancellationToken);
}
