namespace Mesh.Payments.Storage;

/// <summary>The short forms of working with a database: one session, or one transaction.</summary>
internal static class DatabaseExtensions
{
    private const int Attempts = 8;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    public static async Task<T> ReadAsync<T>(
        this IDatabase database, Func<ISqlSession, Task<T>> read, CancellationToken cancellationToken)
    {
        var session = await database.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false)) return await read(session).ConfigureAwait(false);
    }

    /// <summary>One transaction, run again when it lost against another one.</summary>
    public static async Task<T> WriteAsync<T>(
        this IDatabase database, TimeProvider time, Func<ISqlSession, Task<T>> write, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await database.ReadAsync(
                    async session =>
                    {
                        await session.BeginWriteAsync(cancellationToken).ConfigureAwait(false);
                        var result = await write(session).ConfigureAwait(false);
                        await session.CommitAsync(cancellationToken).ConfigureAwait(false);
                        return result;
                    },
                    cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (attempt < Attempts && database.Classify(exception) == SqlFailure.Conflict)
            {
                await Task.Delay(Pause * attempt, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
