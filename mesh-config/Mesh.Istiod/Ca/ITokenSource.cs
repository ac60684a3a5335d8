namespace Mesh.Istiod.Ca;

/// <summary>Gives the token that proves who a workload is while no certificate does, in the place of a file. Thread-safe.</summary>
public interface ITokenSource
{
    /// <summary>Where tokens come from, for messages.</summary>
    string Origin { get; }

    /// <summary>One that has not expired.</summary>
    /// <exception cref="IOException">There is none; the message says why and what to do.</exception>
    ValueTask<string> GetAsync(CancellationToken cancellationToken);

    /// <summary>The token given last was refused: the next call must not give it again.</summary>
    void Reject();
}
