namespace Mesh.Payments.Storage;

/// <summary>A database: opens sessions and knows what its errors mean.</summary>
internal interface IDatabase : IAsyncDisposable
{
    /// <summary>For messages: where it is, without secrets.</summary>
    string Description { get; }

    /// <summary>How many transactions are worth running at once.</summary>
    int Writers { get; }

    /// <summary>Waits when all sessions are in use.</summary>
    Task<ISqlSession> OpenAsync(CancellationToken cancellationToken);

    SqlFailure Classify(Exception exception);

    /// <summary>Makes every other migrator wait until this transaction ends.</summary>
    Task LockMigrationsAsync(ISqlSession session, CancellationToken cancellationToken);
}
