using System.Data.Common;

namespace Mesh.Payments.Storage;

/// <summary>The one-row forms of <see cref="ISqlSession"/>.</summary>
internal static class SqlSessionExtensions
{
    public static async Task<IReadOnlyList<T>> QueryAsync<T>(
        this ISqlSession session, string sql, Func<DbDataReader, T> read, CancellationToken cancellationToken, params object?[] parameters)
    {
        var results = await session.QueryAsync(sql, [parameters], read, cancellationToken).ConfigureAwait(false);
        return results[0];
    }

    public static async Task<int> ExecuteAsync(
        this ISqlSession session, string sql, CancellationToken cancellationToken, params object?[] parameters)
    {
        var affected = await session.ExecuteAsync(sql, [parameters], cancellationToken).ConfigureAwait(false);
        return affected[0];
    }
}
