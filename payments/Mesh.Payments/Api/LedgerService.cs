using Grpc.Core;
using Mesh.Payments.Accounting;
using Mesh.Payments.Storage;

namespace Mesh.Payments.Api;

/// <summary>ledger.v1.Ledger: checks requests, and answers with what the ledger decided.</summary>
internal sealed class LedgerService(LedgerQueue ledger, LedgerReader reader) : LedgerV1.Ledger.LedgerBase
{
    private const int DefaultPageSize = 50;
    private const int LargestPageSize = 1000;
    private const int ShownRefusals = 100;

    public override async Task<LedgerV1.Account> CreateAccount(LedgerV1.CreateAccountRequest request, ServerCallContext context)
    {
        var checks = new LedgerChecks();
        var account = checks.Account(request.Account);
        checks.ThrowIfAny();
        var call = Call(context, nameof(CreateAccount)) with { Account = account };
        var answer = await ledger.RunAsync(call, context.CancellationToken).ConfigureAwait(false);
        return answer.Account!.Rule == account
            ? LedgerMessages.Of(answer.Account)
            : throw Errors.New(StatusCode.AlreadyExists,
                $"the account {request.Account.Name} exists with another currency, side or rule; choose another name",
                Errors.Info("ACCOUNT_EXISTS_WITH_DIFFERENT_FIELDS", Errors.LedgerDomain)).ToRpcException();
    }

    public override async Task<LedgerV1.Account> GetAccount(LedgerV1.GetAccountRequest request, ServerCallContext context)
    {
        var checks = new LedgerChecks();
        var id = checks.AccountId("name", request.Name);
        checks.ThrowIfAny();
        var account = await reader.FindAccountAsync(id, context.CancellationToken).ConfigureAwait(false);
        return account is null ? throw NotFound("account", request.Name) : LedgerMessages.Of(account);
    }

    public override async Task<LedgerV1.CreateTransfersResponse> CreateTransfers(
        LedgerV1.CreateTransfersRequest request, ServerCallContext context)
    {
        var results = await CreateAsync(request, context).ConfigureAwait(false);
        var response = new LedgerV1.CreateTransfersResponse();
        response.Results.Capacity = results.Count;
        foreach (var result in results) response.Results.Add(LedgerMessages.Of(result));
        return response;
    }

    public override async Task<LedgerV1.ImportTransfersResponse> ImportTransfers(
        IAsyncStreamReader<LedgerV1.CreateTransfersRequest> requestStream, ServerCallContext context)
    {
        var response = new LedgerV1.ImportTransfersResponse();
        while (await requestStream.MoveNext(context.CancellationToken).ConfigureAwait(false))
        {
            var results = await CreateAsync(requestStream.Current, context).ConfigureAwait(false);
            for (var i = 0; i < results.Count; i++) Count(response, requestStream.Current.Transfers[i].Name, results[i].Outcome);
        }

        return response;
    }

    public override async Task<LedgerV1.Transfer> GetTransfer(LedgerV1.GetTransferRequest request, ServerCallContext context)
    {
        var checks = new LedgerChecks();
        var id = checks.TransferId("name", request.Name);
        checks.ThrowIfAny();
        var transfer = await reader.FindTransferAsync(id, context.CancellationToken).ConfigureAwait(false);
        return transfer is null ? throw NotFound("transfer", request.Name) : LedgerMessages.Of(transfer);
    }

    public override async Task<LedgerV1.ListEntriesResponse> ListEntries(LedgerV1.ListEntriesRequest request, ServerCallContext context)
    {
        var checks = new LedgerChecks();
        var id = checks.AccountId("parent", request.Parent);
        if (request.PageSize < 0) checks.Wrong("page_size", "must not be negative");
        var after = request.PageToken.Length == 0 ? 0 : EntryPageTokens.Read(request.PageToken, id);
        if (after is null) checks.Wrong("page_token", "is not the next_page_token of a call for this account");
        checks.ThrowIfAny();

        var size = request.PageSize == 0 ? DefaultPageSize : Math.Min(request.PageSize, LargestPageSize);
        // One more than asked for tells whether there is another page.
        var found = await reader.ListEntriesAsync(id, after!.Value, size + 1, context.CancellationToken).ConfigureAwait(false);
        if (found.Count == 0 && await reader.FindAccountAsync(id, context.CancellationToken).ConfigureAwait(false) is null)
            throw NotFound("account", request.Parent);
        var response = new LedgerV1.ListEntriesResponse();
        response.Entries.AddRange(found.Take(size).Select(entry => LedgerMessages.Of(id, entry)));
        if (found.Count > size) response.NextPageToken = EntryPageTokens.Write(found[size - 1].Number, id);
        return response;
    }

    private async Task<IReadOnlyList<TransferResult>> CreateAsync(LedgerV1.CreateTransfersRequest request, ServerCallContext context)
    {
        var checks = new LedgerChecks();
        var transfers = checks.Transfers(request.Transfers);
        checks.ThrowIfAny();
        var call = Call(context, nameof(CreateTransfers)) with { Transfers = transfers };
        return (await ledger.RunAsync(call, context.CancellationToken).ConfigureAwait(false)).Results;
    }

    private static void Count(LedgerV1.ImportTransfersResponse response, string name, TransferOutcome outcome)
    {
        if (outcome == TransferOutcome.Created) response.CreatedCount++;
        else if (outcome == TransferOutcome.Exists) response.ExistingCount++;
        else if (response.RefusedCount++ < ShownRefusals)
            response.Refused.Add(new LedgerV1.RefusedTransfer { Name = name, Outcome = (LedgerV1.TransferOutcome)outcome });
    }

    private static RpcException NotFound(string what, string name) => Errors.New(StatusCode.NotFound, $"there is no {what} {name}",
        Errors.Info($"{what.ToUpperInvariant()}_NOT_FOUND", Errors.LedgerDomain)).ToRpcException();

    private static LedgerCall Call(ServerCallContext context, string method)
    {
        var caller = Caller.Of(context.GetHttpContext());
        return new LedgerCall { Caller = caller.Identity, Method = method, TraceId = caller.TraceId };
    }
}
